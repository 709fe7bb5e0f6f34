// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "run/dialogue/measurement.hpp"
#include "run/match/words/failed.hpp"

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

// One case on one connection, dialled or accepted: setup, steps, and the check that the connection
// still answers.
class CaseRun : public ChannelObserver, public End {
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
  bool holds() const { return !engine_.cursor().has_step(); }
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
  // Its peer has ended the connection, or there is none.
  bool peer_ended() {
    const Connection* connection = channel_.connection();
    return connection == nullptr || !connection->open() || channel_.seen.end.has_value();
  }
  // The facts have changed.
  void look() { engine_.advance(); }
  ConnectionEvents& events() { return channel_.events(); }
  // Ends it from outside: the runtime crashed, the run is interrupted.
  void abort(Verdict verdict, const Reason& why);

  const Case& what() const { return case_; }
  bool finished() const { return engine_.decision().made(); }
  // It waits for a client to end the connection of a handshake that was refused.
  bool expects_refusal() const {
    return engine_.step() != nullptr && find<Failed>(engine_.step()->expect) != nullptr;
  }
  bool setup_done() const { return engine_.phase() != Engine::Phase::setting_up; }
  Result& result() { return engine_.result(); }
  // Of the last response an expect of setup http took; 0 = none.
  int last_status() const { return last_status_; }

 private:
  // How far the setup has come; `ready` where there is none.
  enum class Opening : std::uint8_t { connecting, upgrading, answering, greeting, ready };
  // Our Close after the last step: sent with a fence; awaited: only its answer is to come.
  enum class LastClose : std::uint8_t { none, sent, awaited };

  void on_change() override { engine_.advance(); }
  void on_writable() override;

  bool set_up(bool first) override;
  bool do_step(const Step& step, bool first) override;
  bool leave(bool first) override;
  void keep_going() override;
  void held() override;
  bool at_work() override;
  bool waits_on() override;
  void on_late() override;
  std::string awaits() const override;
  TimePoint moved() const override { return channel_.last_progress(); }
  std::string expected() const override;
  std::string received() const override { return channel_.seen.timeline.text(); }
  void decided(Result& result) override;

  bool when_connecting();
  bool when_upgrading();
  bool when_greeting();
  bool when_leaving();
  bool fail(Reason why);
  bool skip(const std::string& why);
  void let_go_of_ended();
  void begin();
  void take_request(IncomingRequest request);
  void record_request(const wire::HttpMessage& request);
  bool answer_request();
  bool greet();
  bool setup_failed(const Reason& why);

  void begin_expect(const Step& step);
  bool judge(const Step& step);
  void look_for_surplus(const Step& step);
  bool step_holds(const HeldReading& reading);
  bool is_moot(const Step& step) const;
  Facts facts() const;
  void pump();
  void switch_if_accepted();
  std::string illegal_in_setup(const wire::HttpHead& head) const;
  void enter_after_response();

  void plan_fence(const Step& step);
  bool moves_on(const Step& step) const;
  bool ask_once_more();
  bool peer_reads_on();
  bool judge_overdue(const StepOutcome& found);
  void plan_http_fence(const Step& step);
  void send_fence_if_due();
  void send_http_fence();
  void take_responses(std::size_t taken);
  bool came_to_rest();
  bool settle(Measured found);

  bool dropped(bool behind_our_close) const;
  bool asked_on() const;
  RunContext& context_;
  const Case& case_;
  Role role_;
  std::string name_;
  PayloadMaker payloads_;
  HandshakeFacts handshake_;
  Channel channel_;
  Sender sender_;
  const DeclaredLimits declared_;
  std::optional<IncomingRequest> request_;
  std::unique_ptr<Connection> left_;
  Opening opening_ = Opening::connecting;
  std::function<void()> held_;
  bool follows_ = false;
  std::optional<std::uint64_t> peer_taken_;  // bytes, when a deadline looked last
  TimePoint peer_moved_ = Clock::now();
  bool fence_waits_ = false;  // until what the step awaits has come
  std::string overdue_;       // what had not come in time; a further message asks for it
  Reason overdue_why_;
  TimePoint overdue_ends_;
  bool fence_due_ = false, fence_with_ping_ = false, fence_done_ = false;
  LastClose last_close_ = LastClose::none;
  bool key_fresh_ = true;
  const FetchFacts* fetch_ = nullptr;
  int last_status_ = 0;
  TimerId fence_timer_{};
  bool ended_by_choice_ = false;
  Engine engine_;
  Measurement measurement_{context_, case_, engine_, channel_, sender_};
};

}  // namespace conform
