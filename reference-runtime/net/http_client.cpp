// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <mutex>
#include <optional>
#include <osprey/http_client.hpp>
#include <vector>

#include "net/blocking_stream.hpp"
#include "net/http_response_reader.hpp"
#include "net/tls.hpp"
#include "wire/handshake_client.hpp"
#include "wire/http/request.hpp"

namespace osprey {

using net::BlockingStream;
using net::Deadline;
namespace http = wire::http;

namespace {

Error argument(std::string what) {
  return {ErrorCode::bad_argument, std::move(what), 0};
}

struct Base {
  wire::WsUrl url;     // the grammar of http URLs and of ws URLs differs in the scheme only
  std::string prefix;  // path before every path, without a slash at its end
};

Result<Base> parse_base(const std::string& text) {
  const std::size_t colon = text.find("://");
  const std::string_view scheme = std::string_view(text).substr(0, colon);
  const bool plain = wire::same_ignoring_case(scheme, "http");
  if (colon == std::string::npos || (!plain && !wire::same_ignoring_case(scheme, "https"))) {
    return argument("base URL \"" + text.substr(0, 128) +
                    "\" does not begin with http:// or https://");
  }
  auto url = wire::parse_ws_url((plain ? "ws" : "wss") + text.substr(colon));
  if (!url) {
    return argument("base URL: " + url.failure().detail);
  }
  Base base{std::move(url.value()), {}};
  base.prefix = base.url.resource;
  if (base.prefix.find('?') != std::string::npos) {
    return argument("base URL: has a query; put it into the path of each request");
  }
  while (base.prefix.ends_with('/')) {
    base.prefix.pop_back();
  }
  return base;
}

// RFC 9110 §9.2.2: only these may be sent a second time without knowing what became of the first.
bool is_idempotent(std::string_view method) {
  return method != "POST" && method != "PATCH";
}

}  // namespace

struct HttpClient::Inside {
  HttpClientSettings settings;
  Base base;
  std::optional<net::TlsContext> tls;
  std::mutex mutex;  // guards what follows
  std::vector<BlockingStream> kept;
  std::uint64_t body_limit = 0;

  // A connection that was kept, if one is still good.
  std::optional<BlockingStream> take_kept() {
    const std::lock_guard lock(mutex);
    while (!kept.empty()) {
      BlockingStream stream = std::move(kept.back());
      kept.pop_back();
      if (stream.quiet()) {
        return stream;
      }
    }
    return std::nullopt;
  }
  void keep(BlockingStream stream) {
    constexpr std::size_t kMostKept = 16;
    const std::lock_guard lock(mutex);
    if (kept.size() < kMostKept) {
      kept.push_back(std::move(stream));
    }
  }
  std::uint64_t limit() {
    const std::lock_guard lock(mutex);
    return body_limit;
  }
  Result<HttpReply> exchange_on(BlockingStream stream, wire::ConstOctets head,
                                const HttpOutgoing& request, Deadline deadline, bool& answered);
};

Result<HttpClient> HttpClient::create(HttpClientSettings settings) {
  if (settings.timeout.count() <= 0) {
    return argument("timeout " + std::to_string(settings.timeout.count()) +
                    " ms: has to be above zero");
  }
  auto base = parse_base(settings.base_url);
  if (!base) {
    return base.error();
  }
  auto inside = std::make_unique<Inside>();
  if (base.value().url.secure) {
    auto tls = net::TlsContext::client(settings.tls);
    if (!tls) {
      return tls.error();
    }
    inside->tls.emplace(std::move(tls.value()));
  }
  inside->base = std::move(base.value());
  inside->body_limit = settings.body;
  inside->settings = std::move(settings);
  return HttpClient(std::move(inside));
}

// One exchange on one connection, which is kept afterwards where both sides allow it.
Result<HttpReply> HttpClient::Inside::exchange_on(BlockingStream stream, wire::ConstOctets head,
                                                  const HttpOutgoing& request, Deadline deadline,
                                                  bool& answered) {
  auto sent = stream.send(head, deadline);
  if (sent && !request.body.empty()) {
    sent = stream.send(wire::octets_of(request.body), deadline);
  }
  if (!sent && sent.error().code == ErrorCode::timed_out) {
    return sent.error();
  }
  // A server may refuse a body it has not read and close: its answer is there although sending
  // failed.
  net::HttpResponseReader reader(request.method, settings.header_block, limit());
  std::array<std::uint8_t, 16384> piece;  // NOLINT: filled by receive()
  while (!reader.complete()) {
    const auto got = stream.receive(piece, deadline);
    if (!got) {
      return sent || got.error().code == ErrorCode::timed_out ? got.error() : sent.error();
    }
    answered |= got.value() > 0;
    const auto read = got.value() == 0 ? reader.end_of_input()
                                       : reader.feed(wire::Octets(piece).first(got.value()));
    if (!read) {
      return read.error();
    }
  }
  if (sent && reader.reusable()) {
    keep(std::move(stream));
  }
  return reader.take();
}

Result<HttpReply> HttpClient::exchange(const HttpOutgoing& request) {
  const Deadline deadline = std::chrono::steady_clock::now() + inside_->settings.timeout;
  const Base& base = inside_->base;
  const std::string target =
      request.path == "*" ? std::string("*") : base.prefix + std::string(request.path);
  if (request.path.empty() || (request.path.front() != '/' && request.path != "*")) {
    return argument("path: has to begin with /");
  }
  wire::Buffer head;
  const http::RequestOut out{.method = request.method,
                             .target = target,
                             .authority = base.url.authority,
                             .raw_fields = request.raw_headers,
                             .content_length = request.body.size(),
                             .has_body = request.has_body || !request.body.empty()};
  if (const auto written = http::append_request_head(out, head); !written) {
    return argument(written.failure().detail);
  }
  bool answered = false;
  if (auto kept = inside_->take_kept()) {
    auto reply = inside_->exchange_on(std::move(*kept), head.octets(), request, deadline, answered);
    const bool gone = !reply && reply.error().code != ErrorCode::timed_out && !answered;
    if (!gone || !is_idempotent(request.method)) {
      return reply;
    }
  }
  auto stream = BlockingStream::connect(base.url.host, base.url.port,
                                        inside_->tls ? &*inside_->tls : nullptr, deadline);
  if (!stream) {
    return stream.error();
  }
  return inside_->exchange_on(std::move(stream.value()), head.octets(), request, deadline,
                              answered);
}

void HttpClient::set_body_limit(std::uint64_t octets) {
  const std::lock_guard lock(inside_->mutex);
  inside_->body_limit = octets;
}

HttpClient::HttpClient(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

}  // namespace osprey
