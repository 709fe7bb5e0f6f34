// SPDX-License-Identifier: Apache-2.0
#include "run/case_run.hpp"

#include <algorithm>
#include <utility>

#include "case/expected_text.hpp"
#include "wire/digest.hpp"

namespace conform {

Result describe_case(const Case& one, Role role) {
  Result out;
  out.id = one.id;
  out.role = name_of(role);
  out.spec = one.spec;
  out.title = one.title;
  out.level = name_of(one.level);
  out.rule = one.rule;
  out.note = one.note;
  out.file = one.file;
  out.line = one.line;
  out.covers = one.covers;
  out.autobahn = one.autobahn;
  out.bugs = one.bugs;
  return out;
}

Result unrun_case(const Case& one, Role role, Verdict verdict, const Reason& why) {
  Result out = describe_case(one, role);
  out.verdict = verdict;
  out.why = why.text;
  if (verdict == Verdict::skip) return out;
  out.seen = why.text;
  out.timed_out = why.is_timeout();
  out.expected = expected_of_setup(one, role);
  return out;
}

static std::string random_key(std::uint64_t seed, const std::string& name) {
  wire::Random random(seed, name);
  wire::Octets octets;
  for (int i = 0; i < 16; ++i) octets += static_cast<char>(random.next() >> 33U);
  return wire::base64(octets);
}

CaseRun::CaseRun(RunContext& context, const Case& one, Role role, int instance, Done done)
    : context_(context),
      case_(one),
      role_(role),
      name_(instance == 0 ? one.id : one.id + "#" + std::to_string(instance)),
      done_(std::move(done)),
      payloads_(context.seed, one.id, context.full, context.message_limit()),
      channel_(context, *this, role, name_),
      sender_(channel_, payloads_, handshake_),
      declared_(DeclaredLimits::of(context.runtime)),
      stalled_(context.stalled) {
  result_ = describe_case(one, role);
  channel_.http = one.setup == Setup::http;
  channel_.reply_ping = one.reply_ping;
  channel_.reply_close = one.reply_close;
  handshake_.host = context.target.host;
  handshake_.port = std::to_string(context.target.port);
  handshake_.authority = context.target.authority();
  handshake_.path = handshake_.target = context.target.path;
  handshake_.key = random_key(context.seed, name_ + "#key");
  handshake_.other_key = random_key(context.seed, name_ + "#other");
  handshake_.subprotocol = context.runtime.feature_value("subprotocol").value_or("chat");
  handshake_.origin = context.runtime.feature_value("origin-policy").value_or("");
  if (role == Role::server) handshake_.demanded = context.runtime.headers;
  allowed_ = one.steps.size();
  if (one.setup == Setup::deflate)
    handshake_.extensions = role == Role::server ? one.offer : one.answer;
  for (const Step& step : one.steps) {
    const bool keeps = has_deep(step, [](const Traits& t) { return t.keeps_payloads; });
    if (keeps || !step.expect.any.empty()) channel_.keep_payloads = true;
    if (has(step.expect, [](const Traits& t) { return t.keeps_tcp; })) channel_.hold_tcp = true;
  }
}

CaseRun::~CaseRun() {
  for (const TimerId& timer : {deadline_, fence_timer_, wait_timer_, sample_timer_, overall_}) {
    context_.loop.cancel(timer);
  }
}

void CaseRun::arm_overall(Milliseconds span) {
  context_.loop.cancel(overall_);
  overall_ = context_.loop.after(context_.stretched(span), [this] {
    finish(Verdict::fail, Reason::timeout("the case did not come to its end"));
  });
}

void CaseRun::start() {
  begin();
  channel_.connect(case_.receive_buffer, case_.setup != Setup::raw);
}

void CaseRun::start(std::unique_ptr<Connection> connection, IncomingRequest request) {
  begin();
  take_request(std::move(request));
  channel_.adopt(std::move(connection), {});
  if (case_.setup == Setup::websocket || case_.setup == Setup::deflate) {
    answer_request();
  } else {
    setup_done_ = true;
    channel_.in_setup = false;
    channel_.record(request_->head.raw);
    state_ = State::stepping;
    run_steps();
  }
}

void CaseRun::take_request(IncomingRequest request) {
  request_ = std::move(request);
  sender_.answers(request_->head);
  handshake_.key = request_->head.first("Sec-WebSocket-Key").value_or("");
  const std::string& line = request_->head.start_line;
  const auto blank = line.find(' ');
  handshake_.target =
      blank == std::string::npos ? "" : line.substr(blank + 1, line.rfind(' ') - blank - 1);
  if (const auto slashes = handshake_.target.find("://"); slashes != std::string::npos) {
    handshake_.target = handshake_.target.substr(
        std::min(handshake_.target.size(), handshake_.target.find('/', slashes + 3)));
  }
  handshake_.url = "ws://" + handshake_.authority + handshake_.target;
  key_fresh_ = context_.take_key(handshake_.key);
}

void CaseRun::follow(std::function<void()> held) {
  follows_ = true;
  allowed_ = 0;
  held_ = std::move(held);
}

void CaseRun::aim(const Target& target, const Address& address) {
  handshake_.host = target.host;
  handshake_.port = std::to_string(target.port);
  handshake_.authority = target.authority();
  handshake_.path = handshake_.target = target.path;
  channel_.aim(address);
}

void CaseRun::allow_step() {
  ++allowed_;
  if (state_ == State::stepping) run_steps();
}

void CaseRun::let_go() {
  held_ = nullptr;
  if (state_ == State::stepping) run_steps();
}

void CaseRun::start_fetch(std::unique_ptr<Connection> connection, const wire::Octets& rest,
                          const HandshakeFacts& names, const FetchFacts& facts) {
  fetch_ = &facts;
  if (!facts.requests.empty()) sender_.answers(facts.requests.front().head);
  handshake_ = names;
  state_began_ = Clock::now();
  begin_measuring();
  arm_overall(Milliseconds(60000));
  setup_done_ = true;
  channel_.in_setup = false;
  if (connection != nullptr) {
    record_request(facts.requests.front());
    channel_.adopt(std::move(connection), rest);
  }
  state_ = State::stepping;
  run_steps();
}

void CaseRun::on_change() {
  advance();
}

void CaseRun::on_writable() {
  if (state_ == State::stepping) advance();
}

// Events may come while one is being worked on; they are taken in turn.
void CaseRun::advance() {
  again_ = true;
  if (advancing_) return;
  advancing_ = true;
  while (again_ && state_ != State::finished) {
    again_ = false;
    switch (state_) {
      case State::connecting:
        when_connecting();
        break;
      case State::upgrading:
        when_upgrading();
        break;
      case State::greeting:
        when_greeting();
        break;
      case State::stepping:
        when_stepping();
        break;
      case State::measuring:
        break;
      case State::leaving:
        when_leaving();
        break;
      case State::finished:
        break;
    }
  }
  advancing_ = false;
}

// A write may tell at once that it is done: what that changes is looked at behind the step, not
// inside it.
void CaseRun::run_steps() {
  const bool inside = std::exchange(advancing_, true);
  take_steps();
  advancing_ = inside;
  if (!inside && again_) advance();
}

void CaseRun::take_steps() {
  while (state_ == State::stepping && !waiting_) {
    if (step_ >= allowed_) {
      if (!held_) return leave();
      let_go_of_ended();
      return context_.loop.post([held = held_] { held(); });
    }
    const Step& step = case_.steps[step_];
    switch (step.kind) {
      case Step::Kind::send:
        sender_.queue(step.send);
        ++step_;
        pump();
        break;
      case Step::Kind::wait:
        waiting_ = true;
        wait_timer_ = context_.loop.after(step.wait, [this] {
          waiting_ = false;
          ++step_;
          run_steps();
        });
        return;
      case Step::Kind::call:
        return finish(Verdict::skip, "call steps need a library");
      case Step::Kind::exchange:
        return finish(Verdict::skip, "exchange steps need an HTTP client");
      case Step::Kind::expect:
        if (is_moot(step)) return leave();
        begin_expect(step);
        return judge();
    }
  }
}

void CaseRun::pump() {
  sender_.pump();
  // A connection of a library case has no verdict of its own.
  const std::string limit = follows_ ? "" : declared_.exceeded(case_, channel_.encoder);
  if (!limit.empty()) return finish(Verdict::skip, "it sends more than the declared " + limit);
  if (sender_.responded() && !channel_.http) enter_after_response();
}

// As a client would: nobody waits for a connection that the other side has ended.
void CaseRun::let_go_of_ended() {
  if (follows_ && channel_.seen.end && step_ >= allowed_) channel_.dispose();
}

void CaseRun::when_stepping() {
  switch_if_accepted();
  pump();
  if (state_ != State::stepping) return;
  let_go_of_ended();
  if (waiting_ || step_ >= allowed_) return;
  if (case_.steps[step_].kind == Step::Kind::expect) judge();
}

void CaseRun::abort(Verdict verdict, const Reason& why) {
  measure_now();
  // RFC 6455 §7.1.1: behind the Close of both ends, a client may let go of TCP whenever it likes.
  const bool through = state_ == State::leaving && channel_.seen.close &&
                       channel_.seen.both_closed &&
                       (channel_.seen.fence_answered || !channel_.seen.fence_sent);
  if (through) return finish(lenient_ ? Verdict::lenient : Verdict::pass, lenient_why_);
  finish(verdict, why);
}

std::string CaseRun::what_came() const {
  std::string out = in_turn(channel_.seen.timeline);
  if (channel_.seen.timeline_more != 0) {
    out += ", and " + std::to_string(channel_.seen.timeline_more) + " more";
  }
  return out;
}

void CaseRun::finish(Verdict verdict, Reason why) {
  if (state_ == State::finished) return;
  const std::string came = what_came();
  result_.verdict = verdict;
  result_.timed_out = why.is_timeout();
  result_.crashed = result_.crashed || why.kind == Reason::Kind::crashed;
  settle_patience(why.text);
  if (verdict == Verdict::lenient) result_.expected = lenient_expected_;
  if (verdict == Verdict::fail || verdict == Verdict::error) result_.expected = expected_now();
  result_.seen = came.empty() ? why.text : (why.empty() ? came : why.text + "; received: " + came);
  result_.why = std::move(why.text);
  result_.ms = channel_.ms_since_begin();
  result_.octets = channel_.take_log();
  if (channel_.seen.close) result_.close_code = channel_.seen.close->code.value_or(0);
  state_ = State::finished;
  context_.loop.cancel(deadline_);
  context_.loop.cancel(fence_timer_);
  context_.loop.cancel(overall_);
  context_.loop.cancel(wait_timer_);
  context_.loop.cancel(sample_timer_);
  if (asked_on()) {
    left_ = channel_.release();
  } else {
    channel_.dispose();
  }
  // The owner may destroy this object: not while its own functions are on the stack.
  context_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) done_(*this);
  });
}

}  // namespace conform
