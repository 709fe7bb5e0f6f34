// SPDX-License-Identifier: Apache-2.0
#include "run/server/server_look.hpp"

#include <algorithm>

#include "wire/describe.hpp"

namespace conform {

using wire::Octets;

static constexpr Milliseconds kAnswerLimit{3000};  // of a connection, and of a request
static constexpr Milliseconds kEchoLimit{2000};
static constexpr Milliseconds kPongLimit{1000};
// What a server still says after its first echo is a greeting, if it comes so soon. No verdict
// rests on it: a later one is told apart by the case that meets it, or declared.
static constexpr Milliseconds kSettle{50};
// The first two have no words in common: what two answers share is the server's own.
static const Octets kFirst = "osprey looks around";
static const Octets kSecond = "first sight of a fish";
static const Octets kEscaped = "a \"third\" \\ one: \xc3\xa9\n";
static const Octets kBinaryBytes = "osprey \x01\xfe\x80";
static const Octets kLast = "last of four texts";

ServerLook::ServerLook(RunContext& context, Options options)
    : context_(context),
      options_(std::move(options)),
      payloads_(context.seed, "look", false, 0),
      channel_(context, *this, Role::server, "look") {
  channel_.http = options_.http;
  channel_.keep_payloads = true;
  channel_.in_setup = false;
  handshake_.host = context.target.host;
  handshake_.port = std::to_string(context.target.port);
  handshake_.authority = context.target.authority();
  handshake_.path = context.target.path;
  handshake_.key = "b3NwcmV5IGxvb2sgIDEyMw==";
  handshake_.demanded = context.runtime.headers;
  limit(kAnswerLimit);
  channel_.connect(0, context.target.tls);
}

ServerLook::~ServerLook() {
  context_.loop.cancel(timer_);
  channel_.dispose();
}

void ServerLook::limit(Milliseconds span) {
  late_ = false;
  context_.loop.cancel(timer_);
  timer_ = context_.loop.after(context_.stretched(span), [this] { on_limit(); });
}

void ServerLook::end(LookEnd how) {
  if (decided()) return;
  state_ = State::decided;
  result_.end = how;
  const std::string came = channel_.seen.timeline.text();
  if (result_.came.empty()) result_.came = came;
  context_.loop.cancel(timer_);
  if (channel_.in_websocket() && !channel_.encoder.close_sent()) channel_.send_close(1000);
  // Nobody needs the answer to the Close.
  if (channel_.connection() != nullptr) channel_.connection()->shutdown_write();
}

void ServerLook::say(const Octets& text, std::uint8_t opcode) {
  Octets out;
  channel_.encoder.plain(opcode, text, out);
  channel_.send(std::move(out));
  result_.sent +=
      (result_.sent.empty() ? "" : ", then ") +
      std::string(opcode == wire::kPing
                      ? "a ping"
                      : (opcode == wire::kText ? "text " : "binary ") + wire::describe(text));
}

void ServerLook::on_change() {
  const auto last = state_;
  switch (state_) {
    case State::connecting:
      when_connecting();
      break;
    case State::asking:
      when_asking();
      break;
    case State::echoing:
      when_echoing();
      break;
    case State::pinging:
      when_pinging();
      break;
    case State::wrapping:
      when_wrapping();
      break;
    case State::settling:
      take_messages();
      if (late_) end(LookEnd::served);
      break;
    case State::decided:
      break;
  }
  // What has come already may be what the next state waits for.
  if (state_ != last && !decided()) on_change();
}

void ServerLook::on_limit() {
  late_ = true;
  on_change();
}

void ServerLook::when_connecting() {
  if (!channel_.connect_error.empty()) {
    result_.came = channel_.connect_error;
    const bool reached = channel_.connection() != nullptr && channel_.connection()->reached();
    return end(reached ? LookEnd::tls_failed : LookEnd::unreachable);
  }
  if (late_) {
    const bool reached = channel_.connection()->reached();
    result_.came = "no answer";
    return end(reached ? LookEnd::tls_silent : LookEnd::unreachable);
  }
  if (!channel_.connected) return;
  state_ = State::asking;
  limit(kAnswerLimit);
  channel_.responses().asked(false);
  channel_.send(options_.http ? build_request(Handshake(), handshake_, payloads_)
                              : build_upgrade(Handshake(), handshake_, payloads_));
  result_.sent = "\"GET " + handshake_.path + " HTTP/1.1\"";
  if (!options_.http) result_.sent += " with Upgrade: websocket";
  for (const SetupHeader& one : handshake_.demanded) result_.sent += " and " + one.name;
}

void ServerLook::when_asking() {
  Seen& seen = channel_.seen;
  const Octets& pending = channel_.responses().pending();
  if (seen.responses.empty()) {
    if (pending.compare(0, 5, wire::OctetView("HTTP/").substr(0, pending.size())) != 0) {
      // Many protocols begin with a line of text.
      result_.came = wire::describe(pending.substr(0, pending.find_last_not_of("\r\n") + 1));
      return end(LookEnd::not_http);
    }
    std::size_t used = 0;
    if (const auto head = wire::read_head(pending, used); late_ && head) {
      // A response whose content does not end.
      result_.head = *head;
      return end(options_.http ? LookEnd::served : LookEnd::refused);
    }
    if (seen.end) return end(LookEnd::ended);
    if (late_) return end(LookEnd::silent);
    return;
  }
  result_.head = seen.responses.back().head;
  result_.body = seen.responses.back().body;
  if (options_.http) return end(result_.head.status() != 0 ? LookEnd::served : LookEnd::not_http);
  if (result_.head.status() != 101) return end(LookEnd::refused);
  channel_.enter_websocket(std::nullopt);
  result_.sent.clear();
  if (options_.declared && options_.declared->echo == EchoWay::none) {
    result_.manner = *options_.declared;
    return settle(State::pinging);
  }
  state_ = State::echoing;
  limit(kEchoLimit);
  said_.push_back(kFirst);
  say(kFirst, wire::kText);
}

// To a state that begins with a ping, or with a moment for what comes late.
void ServerLook::settle(State state) {
  state_ = state;
  if (state == State::pinging) {
    limit(kPongLimit);
    result_.sent += result_.sent.empty() ? "a ping" : ", then a ping";
    channel_.send_fence(true);
  } else {
    limit(kSettle);
  }
}

bool ServerLook::broken() {
  const Seen& seen = channel_.seen;
  if (!seen.violation.empty()) {
    end(LookEnd::illegal);
  } else if (seen.close || seen.end) {
    end(LookEnd::closed);
  }
  return decided();
}

// Sorts what has come: the answers to what was said, and what nobody asked for.
void ServerLook::take_messages() {
  const auto& messages = channel_.seen.messages;
  const auto& declared = options_.declared;
  for (; taken_ < messages.size(); ++taken_) {
    const SeenMessage& one = messages[taken_];
    if (one.opcode == wire::kBinary && one.payload == kBinaryBytes) {
      binary_back_ = true;
      continue;
    }
    const bool enveloped = declared && declared->echo == EchoWay::envelope;
    const auto opened = enveloped ? declared->envelope.open(one.payload) : std::nullopt;
    const bool answer = std::any_of(said_.begin(), said_.end(), [&](const Octets& said) {
      return enveloped ? opened == said : one.payload.find(said) != Octets::npos;
    });
    // An escaped text comes back in one of two ways; learn_envelope() tries which.
    const bool escaped = said_.size() > 2 && one.payload.find("third") != Octets::npos;
    if (answer || escaped) {
      answers_.push_back(one.payload);
    } else if (said_.size() < 3) {
      greeting_.push_back(one.payload);  // later ones may be about the binary message
    }
  }
}

void ServerLook::when_echoing() {
  take_messages();
  if (!answers_.empty()) {
    const bool plain = options_.declared && options_.declared->echo == EchoWay::plain;
    const bool enveloped = options_.declared && options_.declared->echo == EchoWay::envelope;
    if (answers_.front() == kFirst && !enveloped) return settle(State::settling);
    if (plain) return end(LookEnd::unechoed);
    state_ = State::wrapping;
    limit(kEchoLimit);
    said_.push_back(kSecond);
    return say(kSecond, wire::kText);
  }
  if (broken() || !late_) return;
  if (options_.declared) return end(LookEnd::unechoed);
  settle(State::pinging);
}

void ServerLook::when_pinging() {
  take_messages();
  const bool none = options_.declared && options_.declared->echo == EchoWay::none;
  // It came late, but it came.
  if (!none && !answers_.empty()) {
    state_ = State::echoing;
    return;
  }
  if (broken()) return;
  if (channel_.seen.ping_fence_answered) {
    result_.manner.echo = EchoWay::none;
    return settle(State::settling);
  }
  if (late_) end(LookEnd::unanswered);
}

void ServerLook::learn_envelope() {
  Manner& manner = result_.manner;
  manner.binary = binary_back_;
  if (options_.declared) {
    manner = *options_.declared;
    manner.binary = binary_back_;
    return;
  }
  auto found = answers_.size() < 2 ? std::nullopt
                                   : Envelope::learn(kFirst, answers_[0], kSecond, answers_[1]);
  manner.echo = found ? EchoWay::envelope : EchoWay::none;
  if (!found) return;
  manner.envelope = *found;
  if (answers_.size() < 3) return;
  for (const bool json : {true, false}) {
    found->set_json(json);
    if (found->open(answers_[2]) == kEscaped) manner.envelope = *found;
  }
}

void ServerLook::when_wrapping() {
  take_messages();
  const bool ended = channel_.seen.close || channel_.seen.end;
  if (!channel_.seen.violation.empty()) return end(LookEnd::illegal);
  if (answers_.size() == 2 && said_.size() == 2) {
    for (const Octets& text : {kEscaped, kLast}) {
      said_.push_back(text);
      say(text, wire::kText);
      // A server may end the connection for it: that is its way to take no binary.
      if (text == kEscaped) say(kBinaryBytes, wire::kBinary);
    }
  }
  const bool last =
      said_.size() == 4 && !answers_.empty() && answers_.back().find(kLast) != Octets::npos;
  if (!last && !ended && !late_) return;
  learn_envelope();
  if (options_.declared && answers_.size() < 2) return end(LookEnd::unechoed);
  if (ended) return end(LookEnd::served);
  settle(State::settling);
}

OtherScheme::OtherScheme(RunContext& context, bool to_tls)
    : to_tls_(to_tls), host_(context.target.authority()), connection_(context.loop, *this) {
  TlsSettings settings;
  settings.insecure = true;
  std::string why;
  if (to_tls) tls_ = make_client_context(settings, why);
  if (!why.empty()) {
    decide(false);
    return;
  }
  connection_.connect(context.address, {tls_.get(), context.target.host, false}, 0);
}

void OtherScheme::decide(bool answers) {
  if (!decided_) answers_ = answers;
  decided_ = true;
}

void OtherScheme::on_connected() {
  if (to_tls_) return decide(true);
  connection_.write("GET / HTTP/1.1\r\nHost: " + host_ + "\r\nConnection: close\r\n\r\n");
}

void OtherScheme::on_failed(const ConnectFailure& /*why*/) {
  decide(false);
}

void OtherScheme::on_octets(std::string_view octets) {
  decide(octets.rfind("HTTP/", 0) == 0);
}

void OtherScheme::on_end(EndOfStream /*how*/) {
  decide(false);
}

}  // namespace conform
