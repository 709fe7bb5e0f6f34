// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server (RFC 9112, RFC 9110), plain or over TLS. It frames, parses and answers; what a
// path means is the handler's.
//
// Threads: handlers run on the loop's threads, several at a time, one at a time for one connection
// (pipelined requests are answered
//   in order). A handler may block: others are served by stand-in threads, up to `stand_ins` of
//   them.
// Ownership: the server owns its sockets, threads and connections; the destructor stops it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <osprey/result.hpp>
#include <osprey/settings.hpp>
#include <osprey/websocket_server.hpp>
#include <span>
#include <string>
#include <string_view>

namespace osprey {

struct HttpLimits {
  std::size_t header_block = std::size_t{16} * 1024;  // octets of a request head; over it 431
  std::size_t target = 8000;                          // octets of a request target; over it 414
  std::uint64_t body = std::uint64_t{16} << 30U;      // octets of a request body; over it 413
  std::size_t body_in_memory =
      std::size_t{1024} * 1024;  // longer bodies reach the handler as a descriptor
  std::uint64_t whole_body = std::uint64_t{1}
                             << 30U;  // octets of a body for BodyDelivery::whole; over it 413
  std::size_t queued =
      std::size_t{1024} * 1024;  // octets of a streamed answer that may wait for the client
};

struct HttpServerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses; see HttpServer::port()
  std::chrono::milliseconds bind_retry{0};
  int backlog = 4096;
  unsigned threads = 0;
  unsigned stand_ins = 1024;
  std::optional<ServerTls> tls;
  HttpLimits limits;
  std::chrono::milliseconds request_deadline{
      30'000};  // from the first octet of a request to its last, without progress
  std::chrono::milliseconds keep_alive_deadline{60'000};  // between two requests
  std::chrono::milliseconds write_deadline{30'000};       // the client takes not one octet
  std::chrono::milliseconds drain{5'000};
};

// Views and the descriptor are good during the call only.
struct HttpRequestView {
  std::string_view method;
  std::string_view target;       // path and query, as asked for; "*" for OPTIONS *
  std::string_view raw_headers;  // the field lines as received, each ending in CR LF
  std::string_view body;         // empty when body_fd is there
  // -1, or reads the body from its start to its end while it arrives, at the handler's pace. A read
  // that fails (ECONNRESET) says that the body was cut short. Closed by the server.
  int body_fd = -1;
  std::int64_t body_size = 0;  // octets; -1: body_fd's end will tell (chunked)
};

struct HttpAnswer {
  int status = 200;
  std::string raw_headers;   // further field lines, "Name: value\r\n" each; malformed ones turn the
                             // answer into a 500
  std::string content_type;  // empty: chosen from the body (osprey/osprey.h has the table)
  std::string body;
  int stream_fd = -1;  // the body instead of `body`; the server reads it to its end and closes it
  std::int64_t stream_size = -1;  // octets it gives; -1: unknown, then it goes out chunked
};

// How bodies longer than HttpLimits::body_in_memory reach the handler.
enum class BodyDelivery : std::uint8_t {
  streamed,  // by body_fd. The handler then runs on a thread of its own, up to `stand_ins` of them;
             // its answer waits for the end of the body, but for errors (400 and above), which end
             // the connection
  whole      // in `body`, collected in memory
};

using HttpHandler = std::function<HttpAnswer(const HttpRequestView&)>;

// The WebSocket service on an HTTP server's port. Copies are the same service; it ends with stop()
// or with the HTTP server.
class SharedWebSocket {
 public:
  // As WebSocketServer::broadcast().
  std::size_t broadcast(MessageKind kind, std::span<const std::uint8_t> octets) const;
  // Upgrade requests are ordinary ones again; Close 1001 goes to all. Any thread, any number of
  // times.
  void stop();

 private:
  friend class HttpServer;
  struct Inside;
  explicit SharedWebSocket(std::shared_ptr<Inside> inside);
  std::shared_ptr<Inside> inside_;
};

class HttpServer {
 public:
  // Binds; listen() starts serving. An address in use gives ErrorCode::address_in_use with address,
  // port and reason.
  static Result<HttpServer> bind(HttpServerSettings settings);

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  ~HttpServer();  // stop(); must not run in one of its own handlers

  Result<void> listen(HttpHandler handler, BodyDelivery delivery = BodyDelivery::streamed);

  // Upgrade requests become WebSocket connections from now on, as `settings` say (host, port,
  // threads and tls are this server's). One service at a time, and only once listening.
  Result<SharedWebSocket> share_with_websocket(ServerSettings settings, ServerHandlers handlers);

  std::uint16_t port() const;

  // Frees the port, lets running handlers finish within `drain`, cuts the rest, frees everything.
  // Any thread, any number of times; from a handler of this server it only begins the stop.
  void stop();

 private:
  struct Inside;
  explicit HttpServer(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace osprey
