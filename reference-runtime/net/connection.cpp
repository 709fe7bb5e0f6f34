// SPDX-License-Identifier: Apache-2.0
#include <osprey/connection.hpp>
#include <vector>

#include "net/connection_io.hpp"
#include "net/loop.hpp"
#include "net/ws_protocol.hpp"
#include "wire/frame.hpp"
#include "wire/utf8.hpp"

namespace osprey {
namespace {

constexpr std::size_t kLongestReason = 123;

Error closed() {
  return {ErrorCode::closed, "the connection is closed", 0};
}
Error refused(const char* why) {
  return {ErrorCode::bad_argument, why, 0};
}

// The connection, when its own handler runs on this thread; or null.
net::ConnectionIo* in_own_handler(const std::shared_ptr<net::Loop>& loop, std::uint64_t id) {
  net::ConnectionIo* const conn = net::ConnectionIo::current();
  return conn != nullptr && conn->is(loop.get(), id) ? conn : nullptr;
}

template <class Act>
Result<void> act_on(net::ConnectionIo& conn, const Act& act) {
  net::WsProtocol* const protocol = conn.protocol().websocket();
  if (protocol == nullptr) {
    return closed();
  }
  return act(*protocol, conn);
}

// Runs `act` on the connection: in its own handler, or at once when it is idle. False: its owner
// has to do it.
template <class Act>
bool act_now(const std::shared_ptr<net::Loop>& loop, std::uint64_t id, const Act& act,
             Result<void>& result) {
  if (net::ConnectionIo* const conn = in_own_handler(loop, id)) {
    result = act_on(*conn, act);
    return true;
  }
  return loop->visit(
      id, [&act](net::ConnectionIo& conn) { return act_on(conn, act); }, result);
}

// The same, later; `act` keeps what it needs.
template <class Act>
Result<void> act_later(net::Loop& loop, std::uint64_t id, std::size_t octets, Act act) {
  // The owner may be about to send the last words: nothing can be said behind them.
  if (!loop.is_open(id)) {
    return closed();
  }
  return loop.leave(id, {[act = std::move(act)](net::ConnectionIo& conn) {
                           if (net::WsProtocol* const protocol = conn.protocol().websocket()) {
                             (void)act(*protocol, conn);
                           }
                         },
                         octets});
}

Result<void> send_to(const std::shared_ptr<net::Loop>& loop, std::uint64_t id, MessageKind kind,
                     std::span<const std::uint8_t> octets, bool checked) {
  if (loop == nullptr) {
    return closed();
  }
  const auto act = [&](net::WsProtocol& protocol, net::ConnectionIo& conn) {
    return protocol.send(conn, kind, octets, checked);
  };
  if (net::ConnectionIo* const conn = in_own_handler(loop, id)) {
    return act_on(*conn, act);
  }
  Result<void> result;
  if (loop->visit(
          id, [&act](net::ConnectionIo& conn) { return act_on(conn, act); }, result)) {
    return result;
  }
  if (!checked && kind == MessageKind::text && !wire::is_utf8(octets)) {
    return refused("a text message must be UTF-8");
  }
  return act_later(*loop, id, octets.size(),
                   [kind, copy = std::vector<std::uint8_t>(octets.begin(), octets.end())](
                       net::WsProtocol& protocol, net::ConnectionIo& conn) {
                     return protocol.send(conn, kind, copy, true);
                   });
}

}  // namespace

Result<void> Connection::send(MessageKind kind, std::span<const std::uint8_t> octets) const {
  return send_to(loop_, id_, kind, octets, false);
}

Result<void> Connection::send(const Message& message) const {
  return send_to(loop_, id_, message.kind, message.octets, true);
}

Result<void> Connection::send_text(std::string_view text) const {
  return send(MessageKind::text, wire::octets_of(text));
}

Result<void> Connection::send_binary(std::span<const std::uint8_t> octets) const {
  return send(MessageKind::binary, octets);
}

Result<void> Connection::ping(std::span<const std::uint8_t> octets) const {
  if (loop_ == nullptr) {
    return closed();
  }
  // RFC 6455 §5.5: control frames carry at most 125 octets.
  if (octets.size() > wire::kMaxControlPayload) {
    return refused("a ping carries at most 125 octets");
  }
  const auto act = [copy = std::vector<std::uint8_t>(octets.begin(), octets.end())](
                       net::WsProtocol& protocol, net::ConnectionIo& conn) {
    return protocol.ping(conn, copy);
  };
  Result<void> result;
  return act_now(loop_, id_, act, result) ? std::move(result)
                                          : act_later(*loop_, id_, octets.size(), act);
}

Result<void> Connection::close(std::uint16_t code, std::string_view reason) const {
  if (loop_ == nullptr) {
    return closed();
  }
  if (!wire::is_wire_close_code(code) && code != wire::kCloseNoStatus) {
    return refused("this close code must not be sent");
  }
  if (reason.size() > kLongestReason || !wire::is_utf8(wire::octets_of(reason))) {
    return refused("a close reason is at most 123 octets of UTF-8");
  }
  const auto act = [code, copy = std::string(reason)](net::WsProtocol& protocol,
                                                      net::ConnectionIo& conn) {
    return protocol.close(conn, code, copy);
  };
  Result<void> result;
  return act_now(loop_, id_, act, result) ? std::move(result)
                                          : act_later(*loop_, id_, reason.size(), act);
}

void Connection::abort() const {
  if (loop_ != nullptr) {
    loop_->abort(id_);
  }
}

void Connection::flush() const {
  if (net::ConnectionIo* const conn = in_own_handler(loop_, id_)) {
    conn->flush();
  }
}

std::string Connection::peer_address() const {
  return loop_ == nullptr ? std::string() : loop_->peer_address(id_);
}

}  // namespace osprey
