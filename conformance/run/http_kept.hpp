// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "run/case_run.hpp"
#include "run/fetch_report.hpp"
#include "run/http_client_case.hpp"
#include "run/kept_link.hpp"
#include "subject/driver.hpp"
#include "subject/listener.hpp"

namespace conform {

// One case of an HTTP client that makes several exchanges: it reads on its standard input what to
// ask for, a line each, and reports each in a line of its output. One function a kind of step.
class HttpKept : public HttpClientCase, public KeptLink::Host, public DriverEvents {
 public:
  struct Options {
    std::vector<std::string> command;
    std::string log_file;  // for what the program writes on its standard error
  };
  HttpKept(RunContext& context, const Case& one, Options options);
  ~HttpKept() override;

  std::string start() override;
  bool settled() override;
  const Case& what() const override { return case_; }
  Result& result() override { return result_; }
  const FetchFacts& done() const override { return facts_; }
  bool inside_request() override {
    return std::any_of(links_.begin(), links_.end(),
                       [](const auto& link) { return link->inside_request(); });
  }
  std::string told() const override { return told_; }
  Process& program() override { return driver_.process(); }
  std::string printed() override { return printed_ + driver_.process().log_tail(); }

 private:
  void on_request(KeptLink& link, wire::HttpMessage request) override;
  void on_news() override;
  void on_line(std::string_view line) override;
  void on_driver_end() override { output_ended_ = true; }
  void on_flood(const std::string& what) override;

  void advance();
  // True when the step is done.
  bool run_step(const Step& step);
  bool run_exchange(const Step& step);
  bool run_expect(const Step& step);
  bool run_wait(const Step& step);
  void tell(const Exchange& exchange);
  void reported(const std::string& line);
  void program_ended();
  void leave();
  void next_step();

  void note(std::string what);
  void arm(Milliseconds span);
  void on_deadline();
  void look_again(Clock::duration after);
  std::string awaited_kind() const;
  void settle_patience(std::string& why);
  void finish(Verdict verdict, Reason why);
  Channel& channel() { return link_ != nullptr ? link_->channel() : nobody_; }

  class Deaf : public ChannelObserver {
    void on_change() override {}
  };

  RunContext& context_;
  const Case& case_;
  Options options_;
  PayloadMaker payloads_;
  Counted starting_, stalled_;  // nothing was heard of it yet; overdue, but others move
  HandshakeFacts names_;
  Listener listener_;
  Driver driver_;
  std::list<std::unique_ptr<KeptLink>> links_;
  KeptLink* link_ = nullptr;  // of the last request that a step waited for
  Deaf deaf_;
  Channel nobody_;  // looked at as long as no request has come
  FetchFacts facts_;
  Result result_;
  std::size_t step_ = 0;
  bool begun_ = false;    // the step has been begun; what it waits for is still to come
  bool arrived_ = false;  // the request that an exchange step waits for
  bool asked_ = false;    // an exchange is going on: a report of it is due
  bool waited_ = false;   // a wait step's time is over
  bool timed_out_ = false, leaving_ = false, output_ended_ = false, gone_ = false;
  bool lenient_ = false, decided_ = false;
  bool advancing_ = false, again_ = false;
  std::string kind_, probed_;  // of what did not come; set when a probe was enough
  Reason lenient_why_;
  std::vector<std::string> timeline_;
  std::string told_, printed_;  // the last line to it; what it wrote that is no report
  TimerId deadline_{}, wait_timer_{}, overall_{};
  TimePoint began_ = Clock::now(), step_began_ = began_, news_ = began_;
  Milliseconds limit_{0};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conform
