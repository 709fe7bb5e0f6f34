// SPDX-License-Identifier: Apache-2.0
#include "net/ws_protocol.hpp"

#include <algorithm>
#include <string>

#include "net/loop.hpp"
#include "net/turn.hpp"

namespace osprey::net {
namespace {

// A handler that sends much does not gather more than this before the kernel gets it.
constexpr std::size_t kFlushSize = std::size_t{256} * 1024;

Error error_of(wire::WireError error) {
  switch (error) {
    case wire::WireError::send_not_open:
      return {ErrorCode::closed, "the connection is closing", 0};
    case wire::WireError::out_of_memory:
    case wire::WireError::no_randomness:
      return {ErrorCode::no_resources, std::string(wire::rule_of(error).text), 0};
    default:
      return {ErrorCode::bad_argument, std::string(wire::rule_of(error).text), 0};
  }
}

Result<void> result_of(wire::WireError error) {
  if (error == wire::WireError::none) {
    return {};
  }
  return error_of(error);
}

CloseInfo uncleanly(std::string_view problem) {
  CloseInfo info;
  info.problem = problem;
  return info;
}

}  // namespace

void WsService::set(const Limits& public_limits, const Deadlines& public_deadlines,
                    bool use_deflate, SlowReceiver slow_receiver) {
  limits.header_block = public_limits.header_block;
  limits.message = public_limits.message;
  limits.fragments = public_limits.fragments;
  // Where the session stops taking octets until its replies have gone out.
  limits.queued = std::max<std::size_t>(1, std::min(public_limits.queued, kHighWater));
  deflate.enabled = use_deflate;
  deadlines = public_deadlines;
  policy = {public_deadlines.close, public_deadlines.write, public_limits.queued,
            slow_receiver == SlowReceiver::drop};
}

WsProtocol::WsProtocol(std::shared_ptr<const WsService> service, wire::Role role,
                       const std::optional<wire::DeflateParameters>& deflate)
    : service_(std::move(service)),
      session_(role, &service_->limits, deflate, &service_->deflate) {}

// Runs a handler. Handlers must not throw; one that does loses its connection, not the server.
template <class Call>
void WsProtocol::guarded(Turn& turn, const Call& call) {
  try {
    if (handle_ != nullptr) {
      call(*handle_);
    } else {
      call(Connection(turn.loop().shared_from_this(), turn.id()));
    }
  } catch (...) {
    if (turn.open()) {
      (void)close(turn, 1011, "the application failed");
    }
  }
}

void WsProtocol::start(Turn& turn) {
  opened_ = true;
  turn.set_deadline(tick_after(service_->deadlines.idle));
  if (service_->on_open) {
    guarded(turn, [&](const Connection& connection) { service_->on_open(connection); });
  }
  settle(turn);
}

std::size_t WsProtocol::receive(Turn& turn, wire::Octets in) {
  // RFC 6455 §7.1.1: after our Close only the close deadline counts, whatever else the peer sends.
  if (service_->deadlines.idle.count() > 0 && session_.state() == wire::Session::State::open) {
    turn.extend_deadline(tick_after(service_->deadlines.idle));
  }
  const Connection handle(turn.loop().shared_from_this(), turn.id());
  turn_ = &turn;
  handle_ = &handle;
  const std::size_t taken = session_.receive(in, *this, turn.out());
  turn_ = nullptr;
  handle_ = nullptr;
  settle(turn);
  return taken;
}

void WsProtocol::settle(Turn& turn) {
  if (turn.over() || session_.state() != wire::Session::State::closed) {
    return;
  }
  // RFC 6455 §7.1.1: the server ends TCP first; a client gives it time to do so.
  if (session_.role() == wire::Role::server) {
    turn.finish();
  } else {
    turn.finish_after_peer();
  }
}

void WsProtocol::peer_finished(Turn& turn) {
  turn.finish();
}

void WsProtocol::deadline(Turn& turn) {
  switch (session_.state()) {
    case wire::Session::State::open:
      (void)close(turn, wire::kCloseGoingAway, "idle for too long");
      break;
    case wire::Session::State::closing:
      // The peer did not answer our Close.
      report(turn, uncleanly("the peer did not answer the Close"));
      turn.finish();
      break;
    case wire::Session::State::closed:
      turn.finish();
      break;
  }
}

void WsProtocol::stopping(Turn& turn) {
  if (session_.state() == wire::Session::State::open) {
    (void)close(turn, wire::kCloseGoingAway, "the server stops");
  }
}

void WsProtocol::ended(Turn& turn, EndReason reason) {
  const std::string problem =
      reason == EndReason::finished ? std::string(text_of(EndReason::peer_closed)) : turn.problem();
  report(turn, uncleanly(problem));
  if (service_->on_gone) {
    service_->on_gone();
  }
}

void WsProtocol::on_message(wire::MessageKind kind, wire::Octets payload) {
  if (service_->on_message && turn_->open()) {
    const Message message{static_cast<MessageKind>(kind), payload};
    guarded(*turn_,
            [&](const Connection& connection) { service_->on_message(connection, message); });
  }
}

void WsProtocol::on_pong(wire::ConstOctets payload) {
  if (service_->on_pong && turn_->open()) {
    guarded(*turn_, [&](const Connection& connection) { service_->on_pong(connection, payload); });
  }
}

void WsProtocol::on_close(const wire::Close& close) {
  report(*turn_, CloseInfo{close.code, close.reason, true, {}});
}

void WsProtocol::on_error(wire::WireError error, std::string_view detail) {
  const wire::RuleText& rule = wire::rule_of(error);
  std::string problem = std::string(rule.section) + ": " + std::string(rule.text);
  if (!detail.empty()) {
    problem += " (" + std::string(detail) + ")";
  }
  report(*turn_, uncleanly(problem));
}

void WsProtocol::report(Turn& turn, const CloseInfo& info) {
  if (!opened_ || reported_) {
    return;
  }
  reported_ = true;
  if (service_->on_close) {
    guarded(turn, [&](const Connection& connection) { service_->on_close(connection, info); });
  }
}

// A message of any size is taken until more than limits.queued octets wait.
bool WsProtocol::has_room(Turn& turn) {
  if (turn.waiting() <= turn.policy().queued) {
    return true;
  }
  turn.flush();
  if (turn.waiting() <= turn.policy().queued) {
    return true;
  }
  if (turn.policy().drop_slow) {
    turn.end(EndReason::too_slow);
  }
  return false;
}

Result<void> WsProtocol::send(Turn& turn, MessageKind kind, wire::ConstOctets octets,
                              bool checked) {
  if (!turn.open()) {
    return error_of(wire::WireError::send_not_open);
  }
  if (!has_room(turn)) {
    return Error{ErrorCode::queue_full, "the receiver is too slow", 0};
  }
  const auto wire_kind = static_cast<wire::MessageKind>(kind);
  const wire::WireError error = checked
                                    ? session_.send_message_unchecked(wire_kind, octets, turn.out())
                                    : session_.send_message(wire_kind, octets, turn.out());
  if (turn.out().size() >= kFlushSize && !turn.secure()) {
    turn.flush();
  }
  return result_of(error);
}

Result<void> WsProtocol::ping(Turn& turn, wire::ConstOctets octets) {
  if (!turn.open()) {
    return error_of(wire::WireError::send_not_open);
  }
  if (!has_room(turn)) {
    return Error{ErrorCode::queue_full, "the receiver is too slow", 0};
  }
  return result_of(session_.send_ping(octets, turn.out()));
}

Result<void> WsProtocol::close(Turn& turn, std::uint16_t code, std::string_view reason) {
  if (!turn.open()) {
    return error_of(wire::WireError::send_not_open);
  }
  const wire::WireError error = session_.send_close(code, reason, turn.out());
  if (error == wire::WireError::none) {
    turn.set_deadline(tick_after(service_->deadlines.close));
  }
  return result_of(error);
}

}  // namespace osprey::net
