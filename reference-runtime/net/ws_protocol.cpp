// SPDX-License-Identifier: Apache-2.0
#include "net/ws_protocol.hpp"

#include <algorithm>
#include <string>

#include "net/connection_io.hpp"
#include "net/loop.hpp"

namespace osprey::net {
namespace {

// A handler that sends much does not gather more than this before the kernel gets it.
constexpr std::size_t kFlushSize = std::size_t{256} * 1024;

[[gnu::cold, gnu::noinline]] Error error_of(wire::WireError error) {
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

inline Result<void> result_of(wire::WireError error) {
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
void WsProtocol::guarded(ConnectionIo& conn, const Call& call) {
  try {
    if (handle_ != nullptr) {
      call(*handle_);
    } else {
      call(Connection(conn.loop().shared_from_this(), conn.id()));
    }
  } catch (...) {
    if (conn.open()) {
      (void)close(conn, 1011, "the application failed");
    }
  }
}

void WsProtocol::start(ConnectionIo& conn) {
  opened_ = true;
  conn.set_deadline(tick_after(service_->deadlines.idle));
  if (service_->on_open) {
    guarded(conn, [&](const Connection& connection) { service_->on_open(connection); });
  }
  settle(conn);
}

std::size_t WsProtocol::receive(ConnectionIo& conn, wire::Octets in) {
  // RFC 6455 §7.1.1: after our Close only the close deadline counts, whatever else the peer sends.
  if (service_->deadlines.idle.count() > 0 && session_.state() == wire::Session::State::open) {
    conn.extend_deadline(tick_after(service_->deadlines.idle));
  }
  const Connection handle(conn.loop().shared_from_this(), conn.id());
  conn_ = &conn;
  handle_ = &handle;
  const std::size_t taken = session_.receive(in, *this, conn.out());
  conn_ = nullptr;
  handle_ = nullptr;
  settle(conn);
  return taken;
}

void WsProtocol::settle(ConnectionIo& conn) {
  if (conn.over() || session_.state() != wire::Session::State::closed) {
    return;
  }
  // RFC 6455 §7.1.1: the server ends TCP first; a client gives it time to do so.
  if (session_.role() == wire::Role::server) {
    conn.finish();
  } else {
    conn.finish_after_peer();
  }
}

void WsProtocol::peer_finished(ConnectionIo& conn) {
  conn.finish();
}

void WsProtocol::deadline(ConnectionIo& conn) {
  switch (session_.state()) {
    case wire::Session::State::open:
      (void)close(conn, wire::kCloseGoingAway, "idle for too long");
      break;
    case wire::Session::State::closing:
      // The peer did not answer our Close.
      report(conn, uncleanly("the peer did not answer the Close"));
      conn.finish();
      break;
    case wire::Session::State::closed:
      conn.finish();
      break;
  }
}

void WsProtocol::stopping(ConnectionIo& conn) {
  if (session_.state() == wire::Session::State::open) {
    (void)close(conn, wire::kCloseGoingAway, "the server stops");
  }
}

void WsProtocol::ended(ConnectionIo& conn, EndReason reason) {
  const std::string problem =
      reason == EndReason::finished ? std::string(text_of(EndReason::peer_closed)) : conn.problem();
  report(conn, uncleanly(problem));
  if (service_->on_gone) {
    service_->on_gone();
  }
}

void WsProtocol::on_message(wire::MessageKind kind, wire::Octets payload) {
  if (service_->on_message && conn_->open()) {
    const Message message{static_cast<MessageKind>(kind), payload};
    guarded(*conn_,
            [&](const Connection& connection) { service_->on_message(connection, message); });
  }
}

void WsProtocol::on_pong(wire::ConstOctets payload) {
  if (service_->on_pong && conn_->open()) {
    guarded(*conn_, [&](const Connection& connection) { service_->on_pong(connection, payload); });
  }
}

void WsProtocol::on_close(const wire::Close& close) {
  report(*conn_, CloseInfo{close.code, close.reason, true, {}});
}

void WsProtocol::on_error(wire::WireError error, std::string_view detail) {
  const wire::RuleText& rule = wire::rule_of(error);
  std::string problem = std::string(rule.section) + ": " + std::string(rule.text);
  if (!detail.empty()) {
    problem += " (" + std::string(detail) + ")";
  }
  report(*conn_, uncleanly(problem));
}

void WsProtocol::report(ConnectionIo& conn, const CloseInfo& info) {
  if (!opened_ || reported_) {
    return;
  }
  reported_ = true;
  if (service_->on_close) {
    guarded(conn, [&](const Connection& connection) { service_->on_close(connection, info); });
  }
}

// A message of any size is taken until more than limits.queued octets wait.
inline bool WsProtocol::has_room(ConnectionIo& conn) {
  return conn.waiting() <= conn.policy().queued || make_room(conn);
}

bool WsProtocol::make_room(ConnectionIo& conn) {
  conn.flush();
  if (conn.waiting() <= conn.policy().queued) {
    return true;
  }
  if (conn.policy().drop_slow) {
    conn.end(EndReason::too_slow);
  }
  return false;
}

Result<void> WsProtocol::send(ConnectionIo& conn, MessageKind kind, wire::ConstOctets octets,
                              bool checked) {
  if (!conn.open()) {
    return error_of(wire::WireError::send_not_open);
  }
  if (!has_room(conn)) {
    return Error{ErrorCode::queue_full, "the receiver is too slow", 0};
  }
  const auto wire_kind = static_cast<wire::MessageKind>(kind);
  const wire::WireError error = checked
                                    ? session_.send_message_unchecked(wire_kind, octets, conn.out())
                                    : session_.send_message(wire_kind, octets, conn.out());
  if (conn.out().size() >= kFlushSize && !conn.secure()) {
    conn.flush();
  }
  return result_of(error);
}

Result<void> WsProtocol::ping(ConnectionIo& conn, wire::ConstOctets octets) {
  if (!conn.open()) {
    return error_of(wire::WireError::send_not_open);
  }
  if (!has_room(conn)) {
    return Error{ErrorCode::queue_full, "the receiver is too slow", 0};
  }
  return result_of(session_.send_ping(octets, conn.out()));
}

Result<void> WsProtocol::close(ConnectionIo& conn, std::uint16_t code, std::string_view reason) {
  if (!conn.open()) {
    return error_of(wire::WireError::send_not_open);
  }
  const wire::WireError error = session_.send_close(code, reason, conn.out());
  if (error == wire::WireError::none) {
    conn.set_deadline(tick_after(service_->deadlines.close));
  }
  return result_of(error);
}

}  // namespace osprey::net
