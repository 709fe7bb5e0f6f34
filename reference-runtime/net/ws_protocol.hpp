// SPDX-License-Identifier: Apache-2.0
// WebSocket after its opening handshake, both roles: wire::Session on a connection of the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <osprey/connection.hpp>
#include <osprey/settings.hpp>
#include <span>
#include <string_view>

#include "net/connection_state.hpp"
#include "net/protocol.hpp"
#include "wire/session.hpp"

namespace osprey::net {

// What all connections of one server or client share. It does not change while connections exist;
// the wire's settings have to outlive them, which the shared pointer in each protocol sees to.
struct WsService {
  virtual ~WsService() = default;
  // Takes over what the public settings say.
  void set(const Limits& public_limits, const Deadlines& public_deadlines, bool use_deflate,
           SlowReceiver slow_receiver);

  wire::Limits limits;
  wire::DeflateSettings deflate;
  ConnectionPolicy policy;
  Deadlines deadlines;
  std::function<void(const Connection&)> on_open;
  std::function<void(const Connection&, const Message&)> on_message;
  std::function<void(const Connection&, std::span<const std::uint8_t>)> on_pong;
  std::function<void(const Connection&, const CloseInfo&)> on_close;
  std::function<void()> on_gone;  // after on_close, when TCP is over too
};

class WsProtocol final : public Protocol, private wire::SessionEvents {
 public:
  WsProtocol(std::shared_ptr<const WsService> service, wire::Role role,
             const std::optional<wire::DeflateParameters>& deflate);

  // `checked`: text is known to be UTF-8.
  Result<void> send(ConnectionIo& conn, MessageKind kind, wire::ConstOctets octets, bool checked);
  Result<void> ping(ConnectionIo& conn, wire::ConstOctets octets);
  Result<void> close(ConnectionIo& conn, std::uint16_t code, std::string_view reason);

  WsProtocol* websocket() override { return this; }
  void start(ConnectionIo& conn) override;
  std::size_t receive(ConnectionIo& conn, wire::Octets in) override;
  void peer_finished(ConnectionIo& conn) override;
  void deadline(ConnectionIo& conn) override;
  void stopping(ConnectionIo& conn) override;
  void ended(ConnectionIo& conn, EndReason reason) override;

 private:
  void on_message(wire::MessageKind kind, wire::Octets payload) override;
  void on_pong(wire::ConstOctets payload) override;
  void on_close(const wire::Close& close) override;
  void on_error(wire::WireError error, std::string_view detail) override;

  template <class Call>
  void guarded(ConnectionIo& conn, const Call& call);
  void report(ConnectionIo& conn, const CloseInfo& info);
  void settle(ConnectionIo& conn);
  static bool has_room(ConnectionIo& conn);
  static bool make_room(ConnectionIo& conn);

  std::shared_ptr<const WsService> service_;
  wire::Session session_;
  ConnectionIo* conn_ = nullptr;  // while receive() runs
  const Connection* handle_ = nullptr;
  bool opened_ = false;
  bool reported_ = false;
};

}  // namespace osprey::net
