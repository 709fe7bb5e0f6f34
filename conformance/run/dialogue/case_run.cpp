// SPDX-License-Identifier: Apache-2.0
#include "run/dialogue/case_run.hpp"

#include <algorithm>

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
      payloads_(context.seed, one.id, context.full, context.message_limit()),
      channel_(context, *this, role, name_),
      sender_(channel_, payloads_, handshake_),
      declared_(DeclaredLimits::of(context.runtime)),
      engine_(context, context.loop, describe_case(one, role), one, *this,
              [this, done = std::move(done)] { done(*this); }) {
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
  if (one.setup == Setup::deflate)
    handshake_.extensions = role == Role::server ? one.offer : one.answer;
  for (const Step& step : one.steps) {
    const bool keeps = has_deep(step, [](const Traits& t) { return t.keeps_payloads; });
    if (keeps || !step.expect.any.empty()) channel_.keep_payloads = true;
    if (has(step.expect, [](const Traits& t) { return t.keeps_tcp; })) channel_.hold_tcp = true;
  }
}

CaseRun::~CaseRun() {
  context_.loop.cancel(fence_timer_);
}

void CaseRun::start() {
  begin();
  channel_.connect(case_.receive_buffer, case_.setup != Setup::raw);
  engine_.advance();
}

void CaseRun::start(std::unique_ptr<Connection> connection, IncomingRequest request) {
  begin();
  take_request(std::move(request));
  const bool shakes_hands = case_.setup == Setup::websocket || case_.setup == Setup::deflate;
  opening_ = shakes_hands ? Opening::answering : Opening::ready;
  channel_.adopt(std::move(connection), {});
  channel_.in_setup = shakes_hands;
  channel_.record(request_->head.raw);
  engine_.advance();
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
  engine_.cursor().hold();
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
  engine_.cursor().allow_one();
  engine_.advance();
}

void CaseRun::let_go() {
  engine_.cursor().let_go();
  engine_.advance();
}

void CaseRun::start_fetch(std::unique_ptr<Connection> connection, const wire::Octets& rest,
                          const HandshakeFacts& names, const FetchFacts& facts) {
  fetch_ = &facts;
  if (!facts.requests.empty()) sender_.answers(facts.requests.front().head);
  handshake_ = names;
  measurement_.begin();
  engine_.limit(Milliseconds(60000));
  opening_ = Opening::ready;
  channel_.in_setup = false;
  if (connection != nullptr) {
    record_request(facts.requests.front());
    channel_.adopt(std::move(connection), rest);
  }
  engine_.advance();
}

void CaseRun::on_writable() {
  if (engine_.phase() == Engine::Phase::stepping) engine_.advance();
}

bool CaseRun::fail(Reason why) {
  engine_.finish(Verdict::fail, std::move(why));
  return false;
}

bool CaseRun::skip(const std::string& why) {
  engine_.finish(Verdict::skip, why);
  return false;
}

bool CaseRun::do_step(const Step& step, bool first) {
  switch (step.kind) {
    case Step::Kind::send:
      sender_.queue(step.send);
      pump();
      return true;
    case Step::Kind::wait:
      return step.until_still ? came_to_rest() : engine_.waited(step, first);
    case Step::Kind::call:
      return skip("call steps need a library");
    case Step::Kind::exchange:
      return skip("exchange steps need an HTTP client");
    case Step::Kind::expect:
      break;
  }
  if (measurement_.runs()) return settle(measurement_.look());
  if (first && is_moot(step)) {
    engine_.cursor().skip_rest();
    engine_.cursor().let_go();
    return true;
  }
  if (first) begin_expect(step);
  return judge(step);
}

void CaseRun::pump() {
  sender_.pump();
  // A connection of a library case has no verdict of its own.
  const std::string limit = follows_ ? "" : declared_.exceeded(case_, channel_.encoder);
  if (!limit.empty()) return void(skip("it sends more than the declared " + limit));
  if (sender_.responded() && !channel_.http) enter_after_response();
}

// As a client would: nobody waits for a connection that the other side has ended.
void CaseRun::let_go_of_ended() {
  if (follows_ && channel_.seen.end && holds()) channel_.dispose();
}

void CaseRun::keep_going() {
  if (measurement_.runs()) return;
  switch_if_accepted();
  pump();
  if (!finished()) let_go_of_ended();
}

void CaseRun::held() {
  let_go_of_ended();
  if (held_) context_.loop.post([held = held_] { held(); });
}

void CaseRun::abort(Verdict verdict, const Reason& why) {
  measurement_.hurry();
  // RFC 6455 §7.1.1: behind the Close of both ends, a client may let go of TCP whenever it likes.
  const bool through = engine_.phase() == Engine::Phase::leaving && channel_.seen.close &&
                       channel_.seen.both_closed &&
                       (channel_.seen.fence_answered || !channel_.seen.fence_sent);
  if (through) return engine_.finish_well();
  engine_.finish(verdict, why);
}

void CaseRun::decided(Result& result) {
  result.ms = channel_.ms_since_begin();
  result.octets = channel_.take_log();
  if (channel_.seen.close) result.close_code = channel_.seen.close->code.value_or(0);
  context_.loop.cancel(fence_timer_);
  if (asked_on()) {
    left_ = channel_.release();
  } else {
    channel_.dispose();
  }
}

}  // namespace conform
