// SPDX-License-Identifier: Apache-2.0
// The client's side of the opening handshake (RFC 6455 §4.1). Goes when the connection has become a
// WebSocket.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <osprey/websocket_client.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/protocol.hpp"
#include "net/ws_protocol.hpp"
#include "wire/handshake_client.hpp"
#include "wire/http_head.hpp"

namespace osprey::net {

// What a client's two sides share: the thread that connects or waits, and the loop's threads.
struct WsClientService final : WsService {
  enum class State : std::uint8_t { connecting, open, failed, over };

  // Offer and URL; not changed once the connection is begun.
  wire::WsUrl url;
  std::vector<std::string> subprotocols;
  std::vector<std::pair<std::string, std::string>> headers;

  mutable std::mutex mutex;  // guards what follows
  mutable std::condition_variable changed;
  State state = State::connecting;
  Error error;
  std::string subprotocol;
  ClientEnd end;

  void enter(State next);
  void fail(Error why);  // only while connecting
  State wait_while(State current) const;
};

class WsRequest final : public Protocol {
 public:
  // The key is checked against the answer; one for each connection.
  WsRequest(std::shared_ptr<WsClientService> service, std::string key)
      : service_(std::move(service)),
        key_(std::move(key)),
        reader_(service_->limits.header_block, wire::HeadKind::response) {}

  void start(ConnectionIo& conn) override;
  std::size_t receive(ConnectionIo& conn, wire::Octets in) override;
  void peer_finished(ConnectionIo& conn) override;
  void deadline(ConnectionIo& conn) override;
  void stopping(ConnectionIo& conn) override;
  void ended(ConnectionIo& conn, EndReason reason) override;

 private:
  template <class Use>
  auto with_offer(const Use& use) const;
  void judge(ConnectionIo& conn);
  void fail(ConnectionIo& conn, ErrorCode code, std::string why);

  std::shared_ptr<WsClientService> service_;
  std::string key_;
  wire::HeadReader reader_;
  int interim_ = 0;  // 1xx responses seen
};

}  // namespace osprey::net
