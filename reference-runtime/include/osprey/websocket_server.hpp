// SPDX-License-Identifier: Apache-2.0
// A WebSocket server (RFC 6455, RFC 7692), plain or over TLS.
//
// Threads: `threads` loop threads serve all connections; handlers run on them, one at a time for
// one connection, several at a
//   time for different ones. A handler may block: others are served by stand-in threads, up to
//   `stand_ins` of them.
// Ownership: the server owns its sockets, threads and connections; the destructor stops it.
// Handlers are kept until then. Errors: start() says what failed and where; later failures of one
// connection reach its on_close, never another's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <osprey/connection.hpp>
#include <osprey/result.hpp>
#include <osprey/settings.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace osprey {

// Files in PEM form. The certificate file may hold the chain after the certificate. TLS 1.2 is the
// least that is spoken.
struct ServerTls {
  std::string certificate_file;
  std::string key_file;
};

struct ServerSettings {
  std::string host =
      "127.0.0.1";         // an address or a name of this machine; "0.0.0.0" or "::" for all
  std::uint16_t port = 0;  // 0: the system chooses; see WebSocketServer::port()
  std::chrono::milliseconds bind_retry{
      0};                     // a busy port is tried again for so long, with growing pauses
  int backlog = 4096;         // connections the system may hold before they are accepted
  unsigned threads = 0;       // 0: one for each processor
  unsigned stand_ins = 1024;  // further threads while handlers block
  std::optional<ServerTls> tls;

  std::string path;  // the one path that is served (404 elsewhere); empty: all
  std::vector<std::string>
      subprotocols;  // spoken ones, in order of preference; on_upgrade may overrule
  std::vector<std::string>
      origins;  // allowed values of Origin (403 otherwise), compared octet by octet; empty: all.
                // A request without Origin does not come from a browser and passes.
  bool deflate = true;  // permessage-deflate is accepted when offered
  Limits limits;
  Deadlines deadlines;
  SlowReceiver slow_receiver = SlowReceiver::drop;
};

struct HeaderView {
  std::string_view name;   // as sent
  std::string_view value;  // without the blanks around it
};

// A valid opening handshake (RFC 6455 §4.2.1). All views are valid during the call only.
struct UpgradeView {
  std::string_view target;  // request-target, as sent
  std::string_view path;    // of it the part before '?'
  std::string_view query;   // of it the part after '?'
  std::string_view host;
  std::string_view origin;                         // empty when not sent
  std::span<const std::string_view> subprotocols;  // offered, in the client's order
  std::span<const HeaderView> headers;
  bool secure = false;  // came over TLS
  // The first header of that name (any case), or an empty view.
  std::string_view header(std::string_view name) const;
};

// The answer to an opening handshake. Refusals close the connection after the response (RFC 6455
// §4.2.2).
struct Decision {
  bool accepted = true;
  std::string
      subprotocol;  // accept: one of the offered; empty: as ServerSettings::subprotocols says
  std::uint16_t status = 0;                                  // refuse: an HTTP status of 300 to 599
  std::vector<std::pair<std::string, std::string>> headers;  // added to the 101 or to the refusal
  std::string body;

  static Decision accept(std::string subprotocol = {}) {
    Decision decision;
    decision.subprotocol = std::move(subprotocol);
    return decision;
  }
  static Decision refuse(std::uint16_t status, std::string body = {}) {
    Decision decision;
    decision.accepted = false;
    decision.status = status;
    decision.body = std::move(body);
    return decision;
  }
};

// Every handler is optional. None may throw: an exception ends the connection with 1011.
struct ServerHandlers {
  // Origin, authentication, path and subprotocol in one place. Called after the checks that `path`
  // and `origins` ask for.
  std::function<Decision(const UpgradeView&)> on_upgrade;
  std::function<void(const Connection&)> on_open;
  std::function<void(const Connection&, const Message&)> on_message;
  std::function<void(const Connection&, std::span<const std::uint8_t>)> on_pong;
  // Exactly once for each connection that was opened; sending is no longer possible.
  std::function<void(const Connection&, const CloseInfo&)> on_close;
};

class WebSocketServer {
 public:
  // Binds, listens and starts the threads. An address in use gives ErrorCode::address_in_use and a
  // message with address, port and reason.
  static Result<WebSocketServer> start(ServerSettings settings, ServerHandlers handlers);

  WebSocketServer(WebSocketServer&&) noexcept;
  WebSocketServer& operator=(WebSocketServer&&) noexcept;
  ~WebSocketServer();  // stop(); must not run in one of its own handlers

  std::uint16_t port() const;  // the port that is really listened on
  std::string url() const;     // "ws://127.0.0.1:9001", ready to be connected to

  // Sends to all open connections without waiting for any of them; returns how many it was given
  // to. Any thread.
  std::size_t broadcast(MessageKind kind, std::span<const std::uint8_t> octets) const;

  std::size_t connections() const;  // open sockets at this moment, those in a handshake included

  // Frees the port, sends Close 1001 to all, waits up to deadlines.drain for their answers, cuts
  // the rest, ends all threads and frees everything. Any thread, any number of times. From a
  // handler of this server it only begins the stop and returns; the destructor (or stop()
  // elsewhere) waits for the end. A handler that never returns is waited for.
  void stop();

 private:
  struct Inside;
  explicit WebSocketServer(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace osprey
