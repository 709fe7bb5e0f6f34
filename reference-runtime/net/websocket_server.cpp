// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <osprey/websocket_server.hpp>
#include <thread>

#include "net/address.hpp"
#include "net/broadcast.hpp"
#include "net/loop.hpp"
#include "net/sockets.hpp"
#include "net/tls.hpp"
#include "net/ws_accept.hpp"

namespace osprey {
namespace {

using net::WsServerService;

// A new socket: TLS first where wanted, then the opening handshake.
void take_in(net::Loop& loop, net::Fd fd, const std::shared_ptr<const WsServerService>& service) {
  std::unique_ptr<net::Tls> tls;
  if (service->tls) {
    tls = service->tls->accept();
    if (tls == nullptr) {
      return;  // no memory: this one is turned away
    }
  }
  // A failure ends this socket only; the client sees it closed.
  (void)loop.add(std::move(fd), std::make_unique<net::WsAccept>(service), std::move(tls),
                 service->policy, net::tick_after(service->deadlines.handshake));
}

unsigned thread_count(unsigned wanted) {
  return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

struct WebSocketServer::Inside {
  std::shared_ptr<net::Loop> loop;
  std::shared_ptr<WsServerService> service;
  std::string url;
  std::uint16_t port = 0;
};

WebSocketServer::WebSocketServer(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
WebSocketServer::WebSocketServer(WebSocketServer&&) noexcept = default;

WebSocketServer& WebSocketServer::operator=(WebSocketServer&& other) noexcept {
  if (this != &other) {
    const WebSocketServer old(std::move(inside_));
    inside_ = std::move(other.inside_);
  }
  return *this;
}

WebSocketServer::~WebSocketServer() {
  stop();
}

Result<WebSocketServer> WebSocketServer::start(ServerSettings settings, ServerHandlers handlers) {
  auto inside = std::make_unique<Inside>();
  inside->service = net::make_ws_service(settings, std::move(handlers));
  if (settings.tls) {
    auto context = net::TlsContext::server(*settings.tls);
    if (!context) {
      return std::move(context.error());
    }
    inside->service->tls = std::move(context.value());
  }
  auto listening =
      net::listen_on({settings.host, settings.port, settings.backlog, settings.bind_retry});
  if (!listening) {
    return std::move(listening.error());
  }
  inside->port = listening.value().port;
  inside->url = (settings.tls ? "wss://" : "ws://") + net::text_of(settings.host, inside->port);
  auto loop = net::Loop::start(thread_count(settings.threads), settings.stand_ins);
  if (!loop) {
    return std::move(loop.error());
  }
  inside->loop = std::move(loop.value());
  const auto added =
      inside->loop->add(std::move(listening.value()),
                        [service = std::shared_ptr<const WsServerService>(inside->service)](
                            net::Loop& on, net::Fd fd) { take_in(on, std::move(fd), service); });
  if (!added) {
    inside->loop->stop(std::chrono::milliseconds(0));
    return Error(added.error());
  }
  return WebSocketServer(std::move(inside));
}

std::uint16_t WebSocketServer::port() const {
  return inside_->port;
}

std::string WebSocketServer::url() const {
  return inside_->url;
}

std::size_t WebSocketServer::broadcast(MessageKind kind,
                                       std::span<const std::uint8_t> octets) const {
  return net::broadcast(inside_->loop, kind, octets);
}

std::size_t WebSocketServer::connections() const {
  return inside_->loop->count();
}

void WebSocketServer::stop() {
  if (inside_ != nullptr) {
    inside_->loop->stop(inside_->service->deadlines.drain);
  }
}

}  // namespace osprey
