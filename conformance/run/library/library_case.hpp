// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "run/dialogue/case_run.hpp"
#include "run/engine/engine.hpp"
#include "run/engine/timeline.hpp"
#include "run/library/answer.hpp"
#include "run/library/library_hello.hpp"
#include "run/library/library_ports.hpp"
#include "run/library/peer_request.hpp"
#include "subject/call_watch.hpp"
#include "subject/driver.hpp"
#include "subject/knock.hpp"
#include "subject/tls.hpp"

namespace conform {

// How the driver is started.
struct DriverUse {
  std::vector<std::string> command;
  std::string log_file;
  std::string folder;  // for certificates
};

// One case of the library role: a driver process of its own, its calls, and the connections by
// which the judge sees from outside what they do.
class LibraryCase : public DriverEvents, public End {
 public:
  using Done = std::function<void(LibraryCase&)>;
  LibraryCase(RunContext& context, const Case& one, DriverUse use, Done done);
  ~LibraryCase() override;
  LibraryCase(const LibraryCase&) = delete;
  LibraryCase& operator=(const LibraryCase&) = delete;

  void start();
  void abort(Verdict verdict, const Reason& why) { engine_.finish(verdict, why); }
  const Case& what() const { return case_; }
  // What has not happened yet, in words.
  std::string waiting_for() const;
  bool finished() const { return engine_.decision().made(); }
  // Which step it is at, from 0.
  std::size_t step() const { return engine_.cursor().at(); }
  Result& result() { return engine_.result(); }
  Process& program() { return driver_.process(); }
  const DriverHello& hello() const { return hello_; }

 private:
  // What is left to do behind the last step.
  enum class Closing : std::uint8_t { links, hello, stop };
  // A call whose answer has come or is waited for.
  struct Pending {
    std::string function, name;
    std::optional<std::vector<CallAnswer>> answers;
  };
  // A connection of the case: the steps that are its own, and who runs them.
  struct Link {
    Case part;
    std::unique_ptr<CaseRun> run;
    bool peer = false;
    bool done = false;
    bool allowed = false;  // the step at hand was passed on
  };

  void on_line(std::string_view line) override;
  void on_driver_end() override;
  void on_flood(const std::string& what) override;
  void read_line(const nlohmann::json& line, std::string_view text);
  void take_hello(const nlohmann::json& hello);
  void take_handed(const nlohmann::json& line);

  bool set_up(bool first) override;
  bool do_step(const Step& step, bool first) override;
  bool leave(bool first) override;
  std::string awaits() const override { return "library: " + waiting_for(); }
  TimePoint moved() const override { return {}; }
  std::string expected() const override;
  std::string received() const override { return timeline_.text(); }
  void decided(Result& result) override;

  bool fail(const Reason& why);
  bool fail_late();
  void fail_unless_it_died(Reason why);
  bool confirm();
  bool ask_hello(const Wait::Terms& terms);
  bool stop_well();
  bool next_round();
  bool is_last_round() const { return out_of_rounds_ || round_ >= case_.rounds; }
  bool is_measuring() const;

  // Each true when its step is through.
  bool do_call(const Step& step, bool first);
  bool do_answer(const Step& step, bool first);
  bool do_event(const Step& step, bool first);
  bool do_port(const Step& step, bool first);
  bool do_measure(const Step& step, bool first);
  bool do_binds(const Step& step, bool first);
  bool no_peer_asked(const std::string& port, bool first);
  bool do_offers(const Step& step);
  bool do_on(const Step& step, bool first);
  bool do_own(const Step& step, bool first);
  bool judge_answers(const Step& step, const Pending& call);
  void drop_greetings(const EventExpect& expect);
  std::string event_mismatch(const EventExpect& expect, const nlohmann::json& event) const;
  void keep(const Step& step, const CallAnswer& answer);
  bool open_link(Link& link, const Step& step);
  bool adopt_peer(Link& link);
  void link_done(Link& link);
  void check_end();
  std::string handed_over() const;

  void prepare_links();
  std::string prepare_tls();
  void prepare_watch();
  void say(const nlohmann::json& line);
  // A driver shows nothing of what it does meanwhile.
  void await(Milliseconds span) { engine_.await(span, {.patient = false}); }
  // Goes on after the events at hand, if the case still lives then.
  std::function<void()> going_on();

  RunContext& context_;
  const Case& case_;
  DriverUse use_;
  PayloadMaker payloads_;
  LibraryPorts ports_;
  TlsContext tls_;
  std::unique_ptr<CallWatch> watch_;
  Driver driver_;
  DriverHello hello_;
  AnswerFacts facts_;
  Closing closing_ = Closing::links;
  int round_ = 1;
  bool out_of_rounds_ = false;  // this is the last, though there were to be more
  TimePoint begin_ = Clock::now();
  Usage base_;  // after the first round
  bool driver_ended_ = false;
  int hellos_ = 0;
  std::map<int, Pending> calls_;
  std::map<std::string, int> begun_;
  int last_call_ = 0;
  std::deque<nlohmann::json> events_;
  // What a handler has just returned to the library, and what else it could have been.
  std::string handed_, declare_;
  Reason failed_;  // why the case fails, unless the library has died
  std::map<std::string, Link> links_;
  std::vector<std::unique_ptr<PeerRequest>> peers_;
  std::size_t taken_peers_ = 0;
  std::unique_ptr<Knock> knock_;
  Timeline timeline_{12};
  Engine engine_;
};

}  // namespace conform
