// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <memory>

#include "run/growth.hpp"
#include "run/match/matcher.hpp"
#include "run/match/words/failed.hpp"
#include "run/sender.hpp"

namespace conform {

// A runtime's upgrade request, as the judge read it (client role).
struct IncomingRequest {
  wire::HttpHead head;
  wire::Octets rest;
  wire::Octets body;  // library role only: elsewhere requests are upgrades
};

// A result that says which case it is of.
Result describe_case(const Case& one, Role role);
// The verdict of a case that was not run, and why.
Result unrun_case(const Case& one, Role role, Verdict verdict, const Reason& why);

// One case on one connection: setup, steps, and the check that the connection still answers. One
// function a state.
class CaseRun : public ChannelObserver {
 public:
  using Done = std::function<void(CaseRun&)>;
  CaseRun(RunContext& context, const Case& one, Role role, int instance, Done done);
  ~CaseRun() override;
  CaseRun(const CaseRun&) = delete;
  CaseRun& operator=(const CaseRun&) = delete;

  void start();                                                                 // server role
  void start(std::unique_ptr<Connection> connection, IncomingRequest request);  // client role
  // A connection of a library case: its steps are run as far as the script of the case has come,
  // and `held` is told whenever that is done. To be called before start().
  void follow(std::function<void()> held);
  void aim(const Target& target, const Address& address);
  void allow_step();  // one more
  void let_go();      // no more come: it ends like the connection of any case
  bool holds() const { return step_ >= allowed_ && !waiting_; }
  // Setup http, client role: the client's first request came on this connection (none: it never
  // asked). What it does besides is told by `facts`, which outlives the run.
  void start_fetch(std::unique_ptr<Connection> connection, const wire::Octets& rest,
                   const HandshakeFacts& names, const FetchFacts& facts);
  // Client role: the client has begun something else, on another connection.
  void went_on();
  // What is left of a finished case: a connection on which the client has asked for more, with what
  // came of that, or none.
  std::unique_ptr<Connection> take_connection() { return std::move(left_); }
  wire::Octets take_rest() { return channel_.responses().take_rest(); }
  // The facts have changed.
  void look() { advance(); }
  ConnectionEvents& events() { return channel_.events(); }
  // Ends it from outside: the runtime crashed, the run is interrupted.
  void abort(Verdict verdict, const Reason& why);

  const Case& what() const { return case_; }
  bool finished() const { return state_ == State::finished; }
  // It waits for a client to end the connection of a handshake that was refused.
  bool expects_refusal() const {
    return step_ < case_.steps.size() && find<Failed>(case_.steps[step_].expect) != nullptr;
  }
  bool setup_done() const { return setup_done_; }
  Result& result() { return result_; }
  // Of the last response an expect of setup http took; 0 = none.
  int last_status() const { return last_status_; }

 private:
  enum class State : std::uint8_t {
    connecting,
    upgrading,
    greeting,
    stepping,
    measuring,
    leaving,
    finished
  };

  void on_change() override;
  void on_writable() override;

  void advance();
  void when_connecting();
  void when_upgrading();
  void when_greeting();
  void when_stepping();
  void let_go_of_ended();
  void when_leaving();
  void begin();
  void take_request(IncomingRequest request);
  void record_request(const wire::HttpMessage& request);
  void answer_request();
  void greet();
  void setup_failed(const Reason& why);

  void run_steps();
  void take_steps();
  void begin_expect(const Step& step);
  void judge();
  void step_holds(const HeldReading& reading);
  bool is_moot(const Step& step) const;
  void decide(const Outcome& outcome);
  Facts facts() const;
  void pump();
  void switch_if_accepted();
  std::string illegal_in_setup(const wire::HttpHead& head) const;
  void enter_after_response();

  void plan_fence(const Step& step);
  bool moves_on(const Step& step) const;
  bool ask_once_more();
  bool peer_reads_on();
  bool is_probe_over(Clock::duration quiet);
  void judge_overdue(const StepOutcome& found);
  void plan_http_fence(const Step& step);
  void send_fence_if_due();
  void send_http_fence();
  void take_responses(std::size_t taken);
  void arm_deadline(Milliseconds span, bool patient = true);
  void on_deadline();
  void time_out();
  bool is_absolute() const;
  bool is_expecting() const;
  Milliseconds grace() const;
  void look_again(Clock::duration after);
  std::string awaited_kind() const;
  void answer_came();
  std::string held_kind() const;
  bool is_held_too_long(Milliseconds passed);

  // What is left of `readings_` is held against its limits, one after the other.
  void take_reading();
  void reading_holds();
  void begin_measuring();
  bool still_moving();
  void measure();
  void measure_now();
  void measured(const Reason& trouble);
  void not_measured(const std::string& why);
  std::string still_held(const Limits& limits, const Usage& now) const;
  std::string too_much(const Limits& limits, const Usage& now, Milliseconds passed) const;
  bool grows_on();
  void arm_overall(Milliseconds span);

  void leave();
  bool dropped() const;
  bool asked_on() const;
  void finish(Verdict verdict, Reason why);
  void settle_patience(std::string& why);
  std::string what_came() const;
  std::string expected_now() const;

  RunContext& context_;
  const Case& case_;
  Role role_;
  std::string name_;
  Done done_;
  PayloadMaker payloads_;
  HandshakeFacts handshake_;
  Channel channel_;
  Sender sender_;
  const DeclaredLimits declared_;
  std::optional<IncomingRequest> request_;
  std::unique_ptr<Connection> left_;
  State state_ = State::connecting;
  std::size_t step_ = 0;
  std::size_t allowed_ = 0;  // steps that may be run
  std::function<void()> held_;
  bool follows_ = false;
  bool waiting_ = false;                     // in a wait step
  std::optional<std::uint64_t> peer_taken_;  // bytes, when a deadline looked last
  TimePoint peer_moved_ = Clock::now();
  bool fence_waits_ = false;  // until what the step awaits has come
  std::string overdue_;       // what had not come in time; a further message asks for it
  Reason overdue_why_;
  bool fence_due_ = false, fence_with_ping_ = false, fence_done_ = false;
  bool setup_done_ = false;
  bool lenient_ = false;
  bool key_fresh_ = true;
  const FetchFacts* fetch_ = nullptr;
  int last_status_ = 0;
  Reason lenient_why_;
  std::string lenient_expected_;
  TimerId deadline_{}, fence_timer_{}, wait_timer_{}, sample_timer_{}, overall_{};
  TimePoint state_began_ = Clock::now();
  Milliseconds limit_{0};  // of the deadline that is armed
  bool patient_ = true;
  Counted stalled_;                   // overdue, and waiting only because others move
  Clock::duration longest_quiet_{0};  // of this step, as far as it was looked at
  std::string kind_, probed_;         // of what did not come; set when a probe was enough
  Usage base_;
  std::deque<HeldReading> readings_;
  Reason trouble_;  // what the first reading exceeded
  Growth growth_;
  bool ended_by_choice_ = false;
  std::optional<TimePoint> measuring_since_;
  std::uint64_t ticks_before_ = 0;
  bool advancing_ = false;
  bool again_ = false;
  Result result_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conform
