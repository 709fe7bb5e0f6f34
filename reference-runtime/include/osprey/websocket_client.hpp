// SPDX-License-Identifier: Apache-2.0
// A WebSocket client (RFC 6455, RFC 7692) for ws and wss URLs.
//
// Threads: all clients of a process share one loop (one thread, stand-ins while handlers block),
// which ends with the last of them.
//   Handlers run there, one at a time for one client.
// Ownership: the client owns its connection; the destructor cuts it if it is still open. It must
// not run in one of its own handlers. TLS: the certificate is verified against the system's or the
// given authorities and the URL's host name; SNI is sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <osprey/connection.hpp>
#include <osprey/result.hpp>
#include <osprey/settings.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace osprey {

struct ClientTls {
  std::string ca_file;    // PEM; trusted instead of the system's authorities; empty: the system's
  bool insecure = false;  // accepts every certificate: for tests only
};

struct ClientSettings {
  std::vector<std::string> subprotocols;  // offered, in order of preference
  std::vector<std::pair<std::string, std::string>>
      headers;          // further request headers, such as Origin
  bool deflate = true;  // permessage-deflate is offered
  ClientTls tls;
  Limits limits;
  Deadlines deadlines;  // `handshake` includes connecting; `drain` is not used
  SlowReceiver slow_receiver = SlowReceiver::report;
};

// Every handler is optional.
struct ClientHandlers {
  std::function<void(const Connection&)> on_open;
  std::function<void(const Connection&, const Message&)> on_message;
  std::function<void(const Connection&, std::span<const std::uint8_t>)> on_pong;
  std::function<void(const Connection&, const CloseInfo&)> on_close;  // exactly once after on_open
};

// How it ended, as values that last.
struct ClientEnd {
  std::uint16_t code = 1006;
  std::string reason;
  bool clean = false;
  std::string problem;
};

class WebSocketClient {
 public:
  // Connects and shakes hands; returns when messages can be sent, or with the reason why not,
  // within deadlines.handshake. Resolving the name is the system's and has its own deadline. URL:
  // ws://host[:port][/path][?query] or wss://…
  static Result<WebSocketClient> connect(std::string_view url, ClientSettings settings = {},
                                         ClientHandlers handlers = {});

  WebSocketClient(WebSocketClient&&) noexcept;
  WebSocketClient& operator=(WebSocketClient&&) noexcept;
  ~WebSocketClient();

  const Connection& connection() const;  // to send, ping and close with
  std::string subprotocol() const;       // the server's choice, empty when none

  // Waits until the connection is over, TCP included (RFC 6455 §7.1.1: the server closes TCP
  // first). Not from a handler.
  ClientEnd wait();

 private:
  struct Inside;
  explicit WebSocketClient(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace osprey
