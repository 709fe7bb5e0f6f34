// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <mutex>
#include <osprey/http_server.hpp>
#include <thread>

#include "net/address.hpp"
#include "net/broadcast.hpp"
#include "net/http_connection.hpp"
#include "net/loop.hpp"
#include "net/sockets.hpp"
#include "net/tls.hpp"
#include "net/ws_accept.hpp"

namespace osprey {
namespace {

using net::HttpService;

std::shared_ptr<HttpService> make_service(HttpServerSettings settings, HttpHandler handler,
                                          BodyDelivery delivery) {
  auto service = std::make_shared<HttpService>();
  const HttpLimits& limits = settings.limits;
  const bool whole = delivery == BodyDelivery::whole;
  service->body_limits.body = whole ? std::min(limits.body, limits.whole_body) : limits.body;
  service->body_in_memory = whole ? std::numeric_limits<std::size_t>::max() : limits.body_in_memory;
  service->uploads = std::make_unique<net::HandlerThreads>(settings.stand_ins);
  service->body_limits.trailers = settings.limits.header_block;
  service->request_limits.target = settings.limits.target;
  service->request_limits.secure = settings.tls.has_value();
  // For the client's FIN after ours, so that a refusal is not lost to a reset (RFC 9112 §9.6).
  service->policy.close = std::chrono::seconds(2);
  service->policy.write = settings.write_deadline;
  service->policy.queued = settings.limits.queued;
  service->handler = std::move(handler);
  service->settings = std::move(settings);
  return service;
}

// Gives a connection whose request asks for a WebSocket to that protocol.
class ToWebSocket final : public net::UpgradeTarget {
 public:
  explicit ToWebSocket(std::shared_ptr<const net::WsServerService> service)
      : service_(std::move(service)) {}
  void upgrade(net::ConnectionIo& conn, std::string_view head) override {
    conn.set_deadline(net::tick_after(service_->deadlines.handshake));
    conn.replace(std::make_unique<net::WsAccept>(service_, head));
  }

 private:
  std::shared_ptr<const net::WsServerService> service_;
};

}  // namespace

struct SharedWebSocket::Inside {
  std::shared_ptr<net::Loop> loop;
  std::shared_ptr<HttpService> http;
  std::shared_ptr<net::UpgradeTarget> target;
};

SharedWebSocket::SharedWebSocket(std::shared_ptr<Inside> inside) : inside_(std::move(inside)) {}

std::size_t SharedWebSocket::broadcast(MessageKind kind,
                                       std::span<const std::uint8_t> octets) const {
  return net::broadcast(inside_->loop, kind, octets);
}

void SharedWebSocket::stop() {
  constexpr std::uint16_t kGoingAway = 1001;
  std::shared_ptr<net::UpgradeTarget> mine = inside_->target;
  if (inside_->http->upgrade.compare_exchange_strong(mine, nullptr)) {
    for (const std::uint64_t id : inside_->loop->live()) {
      (void)Connection(inside_->loop, id).close(kGoingAway);
    }
  }
}

struct HttpServer::Inside {
  HttpServerSettings settings;
  std::optional<net::TlsContext> tls;
  net::Listening listening;  // until listen()
  std::uint16_t port = 0;
  std::mutex mutex;  // guards what follows
  std::shared_ptr<net::Loop> loop;
  std::shared_ptr<HttpService> service;
};

HttpServer::HttpServer(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;

HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
  if (this != &other) {
    const HttpServer old(std::move(inside_));
    inside_ = std::move(other.inside_);
  }
  return *this;
}

HttpServer::~HttpServer() {
  stop();
}

Result<HttpServer> HttpServer::bind(HttpServerSettings settings) {
  auto inside = std::make_unique<Inside>();
  if (settings.tls) {
    auto context = net::TlsContext::server(*settings.tls);
    if (!context) {
      return std::move(context.error());
    }
    inside->tls = std::move(context.value());
  }
  auto listening =
      net::listen_on({settings.host, settings.port, settings.backlog, settings.bind_retry});
  if (!listening) {
    return std::move(listening.error());
  }
  inside->listening = std::move(listening.value());
  inside->port = inside->listening.port;
  inside->settings = std::move(settings);
  return HttpServer(std::move(inside));
}

Result<void> HttpServer::listen(HttpHandler handler, BodyDelivery delivery) {
  const std::lock_guard lock(inside_->mutex);
  if (inside_->loop != nullptr) {
    return Error{ErrorCode::bad_argument, "the server listens already", 0};
  }
  const HttpServerSettings& settings = inside_->settings;
  const unsigned threads =
      settings.threads > 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
  auto loop = net::Loop::start(threads, settings.stand_ins);
  if (!loop) {
    return std::move(loop.error());
  }
  auto service = make_service(settings, std::move(handler), delivery);
  const net::TlsContext* const tls = inside_->tls ? &*inside_->tls : nullptr;
  auto take_in = [service, tls](net::Loop& on, net::Fd fd) {
    std::unique_ptr<net::Tls> filter = tls == nullptr ? nullptr : tls->accept();
    if (tls != nullptr && filter == nullptr) {
      return;  // no memory: this one is turned away
    }
    (void)on.add(std::move(fd), std::make_unique<net::HttpConnection>(service), std::move(filter),
                 service->policy, net::tick_after(service->settings.keep_alive_deadline));
  };
  const auto added = loop.value()->add(std::move(inside_->listening), std::move(take_in));
  if (!added) {
    loop.value()->stop(std::chrono::milliseconds(0));
    return Error(added.error());
  }
  inside_->service = std::move(service);
  inside_->loop = std::move(loop.value());
  return {};
}

Result<SharedWebSocket> HttpServer::share_with_websocket(ServerSettings settings,
                                                         ServerHandlers handlers) {
  const std::lock_guard lock(inside_->mutex);
  if (inside_->loop == nullptr) {
    return Error{ErrorCode::bad_argument, "the HTTP server does not listen yet", 0};
  }
  auto shared = std::make_shared<SharedWebSocket::Inside>();
  shared->loop = inside_->loop;
  shared->http = inside_->service;
  shared->target =
      std::make_shared<ToWebSocket>(net::make_ws_service(settings, std::move(handlers)));
  std::shared_ptr<net::UpgradeTarget> nobody;
  if (!shared->http->upgrade.compare_exchange_strong(nobody, shared->target)) {
    return Error{ErrorCode::address_in_use, "another WebSocket server shares this port already", 0};
  }
  return SharedWebSocket(std::move(shared));
}

std::uint16_t HttpServer::port() const {
  return inside_->port;
}

void HttpServer::stop() {
  if (inside_ == nullptr) {
    return;
  }
  std::shared_ptr<net::Loop> loop;
  std::shared_ptr<HttpService> service;
  {
    const std::lock_guard lock(inside_->mutex);
    loop = inside_->loop;
    service = inside_->service;
    inside_->listening.fd.reset();  // bound, but never listened on
  }
  if (loop == nullptr) {
    return;
  }
  if (loop->on_own_thread() || service->uploads->is_member()) {
    loop->begin_stop(inside_->settings.drain);
  } else {
    loop->stop(inside_->settings.drain);
    service->uploads->join();
  }
}

}  // namespace osprey
