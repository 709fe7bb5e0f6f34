// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "run/dialogue/case_run.hpp"
#include "run/engine/engine.hpp"
#include "run/engine/timeline.hpp"
#include "run/http/fetch_report.hpp"
#include "run/http/http_client_case.hpp"
#include "run/http/kept_link.hpp"
#include "subject/driver.hpp"
#include "subject/listener.hpp"
#include "subject/program_look.hpp"

namespace conform {

// One case of an HTTP client that makes several exchanges: it reads on its standard input what to
// ask for, a line each, and reports each in a line of its output. One function a kind of step.
class HttpKept : public HttpClientCase, public KeptLink::Host, public DriverEvents, public End {
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
  Result& result() override { return engine_.result(); }
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

  bool do_step(const Step& step, bool first) override;
  bool leave(bool first) override;
  std::string awaits() const override;
  TimePoint moved() const override { return news_; }
  std::string expected() const override;
  std::string received() const override { return timeline_.text(); }
  void decided(Result& result) override;

  bool run_exchange(const Step& step, bool first);
  bool run_expect(const Step& step, bool first);
  void tell(const Exchange& exchange);
  void reported(const std::string& line);
  void program_ended();
  void end_links_once_still();
  Channel& channel() { return link_ != nullptr ? link_->channel() : nobody_; }

  class Deaf : public ChannelObserver {
    void on_change() override {}
  };

  RunContext& context_;
  const Case& case_;
  Options options_;
  PayloadMaker payloads_;
  HandshakeFacts names_;
  Listener listener_;
  Driver driver_;
  std::list<std::unique_ptr<KeptLink>> links_;
  KeptLink* link_ = nullptr;        // of the last request that a step waited for
  std::optional<IdleWatch> still_;  // while an end waits to be let go
  Deaf deaf_;
  Channel nobody_;  // looked at as long as no request has come
  FetchFacts facts_;
  bool awaited_ = false;  // an exchange step waits for a request
  bool arrived_ = false;  // it came
  bool asked_ = false;    // an exchange is going on: a report of it is due
  bool output_ended_ = false, gone_ = false;
  Timeline timeline_;
  std::string told_, printed_;  // the last line to it; what it wrote that is no report
  TimePoint began_ = Clock::now(), news_ = began_;
  Engine engine_;
};

}  // namespace conform
