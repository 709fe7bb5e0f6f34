// SPDX-License-Identifier: Apache-2.0
// The server's side of the opening handshake (RFC 6455 §4.2). Goes when the connection has become a
// WebSocket.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <osprey/websocket_server.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "net/protocol.hpp"
#include "net/tls.hpp"
#include "net/ws_protocol.hpp"
#include "wire/handshake_server.hpp"
#include "wire/http_head.hpp"

namespace osprey::net {

struct WsServerService final : WsService {
  std::string path;
  std::vector<std::string> subprotocols;
  std::vector<std::string> origins;
  std::function<Decision(const UpgradeView&)> on_upgrade;
  std::optional<TlsContext> tls;
};

std::shared_ptr<WsServerService> make_ws_service(ServerSettings& settings, ServerHandlers handlers);

class WsAccept final : public Protocol {
 public:
  explicit WsAccept(std::shared_ptr<const WsServerService> service)
      : service_(std::move(service)), reader_(service_->limits.header_block) {}
  // For a request whose head another protocol has read: `head` as HeadReader::text() gives it.
  WsAccept(std::shared_ptr<const WsServerService> service, std::string_view head);

  void start(ConnectionIo& conn) override;
  std::size_t receive(ConnectionIo& conn, wire::Octets in) override;
  void peer_finished(ConnectionIo& conn) override;
  void deadline(ConnectionIo& conn) override;
  void stopping(ConnectionIo& conn) override;
  void ended(ConnectionIo&, EndReason) override {}

 private:
  void decide(ConnectionIo& conn);
  void accept(ConnectionIo& conn, const wire::UpgradeRequest& request, const Decision& decision);
  Decision ask(ConnectionIo& conn, const wire::UpgradeRequest& request) const;
  std::string_view choose_subprotocol(const wire::UpgradeRequest& request) const;
  static void refuse(ConnectionIo& conn, const Decision& decision);

  std::shared_ptr<const WsServerService> service_;
  wire::HeadReader reader_;
};

}  // namespace osprey::net
