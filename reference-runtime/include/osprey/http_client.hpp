// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 client (RFC 9112, RFC 9110) for http and https, one exchange at a time on a kept
// connection.
//
// Threads: exchange() blocks its caller, at most for the timeout; several threads may call it on
// one client, each then has a
//   connection of its own. Resolving a name is the system's and has its own deadline.
// Redirects are not followed: credentials go nowhere the caller did not name.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <osprey/result.hpp>
#include <osprey/websocket_client.hpp>
#include <string>
#include <string_view>

namespace osprey {

struct HttpClientSettings {
  std::string base_url;                       // http://host[:port][/prefix] or https://…
  std::chrono::milliseconds timeout{30'000};  // one whole exchange, connecting included
  std::size_t header_block =
      std::size_t{64} * 1024;  // octets of a response head, interim responses included
  std::uint64_t body = std::uint64_t{128}
                       << 20U;  // octets of a response body; over it ErrorCode::too_big
  ClientTls tls;
};

struct HttpOutgoing {
  std::string_view method = "GET";
  std::string_view path = "/";   // appended to the base URL's path; begins with '/'
  std::string_view raw_headers;  // "Name: value\r\n" each
  std::string_view body;
  bool has_body = false;  // Content-Length is sent, also for an empty body
};

struct HttpReply {
  int status = 0;
  std::string raw_headers;  // field lines as received
  std::string content_type;
  std::string body;
};

class HttpClient {
 public:
  // Only checks the URL and the timeout; connects with the first exchange.
  static Result<HttpClient> create(HttpClientSettings settings);

  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  // A response that is cut short, malformed or too big is an error. A kept connection that the
  // server had closed meanwhile is replaced once.
  Result<HttpReply> exchange(const HttpOutgoing& request);

  void set_body_limit(std::uint64_t octets);

 private:
  struct Inside;
  explicit HttpClient(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace osprey
