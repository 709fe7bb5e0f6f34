// SPDX-License-Identifier: Apache-2.0
#include <osprey/websocket_client.hpp>

#include "net/loop.hpp"
#include "net/sockets.hpp"
#include "net/tls.hpp"
#include "net/ws_request.hpp"
#include "wire/handshake_client.hpp"
#include "wire/handshake_key.hpp"

namespace osprey {
namespace {

using net::WsClientService;
using State = net::WsClientService::State;

constexpr unsigned kSpareThreads = 1024;

// The loop of all clients; goes with the last of them.
class SharedLoop {
 public:
  explicit SharedLoop(std::shared_ptr<net::Loop> loop) : loop_(std::move(loop)) {}
  SharedLoop(const SharedLoop&) = delete;
  SharedLoop& operator=(const SharedLoop&) = delete;
  ~SharedLoop() { loop_->stop(std::chrono::milliseconds(0)); }

  const std::shared_ptr<net::Loop>& loop() const { return loop_; }

  static Result<std::shared_ptr<SharedLoop>> get() {
    static std::mutex mutex;
    static std::weak_ptr<SharedLoop> living;
    const std::lock_guard lock(mutex);
    if (auto shared = living.lock()) {
      return shared;
    }
    auto started = net::Loop::start(1, kSpareThreads);
    if (!started) {
      return std::move(started.error());
    }
    auto shared = std::make_shared<SharedLoop>(std::move(started.value()));
    living = shared;
    return shared;
  }

 private:
  std::shared_ptr<net::Loop> loop_;
};

std::shared_ptr<WsClientService> make_service(wire::WsUrl url, ClientSettings& settings,
                                              ClientHandlers handlers) {
  auto service = std::make_shared<WsClientService>();
  service->set(settings.limits, settings.deadlines, settings.deflate, settings.slow_receiver);
  service->url = std::move(url);
  service->subprotocols = std::move(settings.subprotocols);
  service->headers = std::move(settings.headers);
  service->on_message = std::move(handlers.on_message);
  service->on_pong = std::move(handlers.on_pong);
  // The service owns these functions, so they may refer to it.
  WsClientService* const self = service.get();
  service->on_open = [self, then = std::move(handlers.on_open)](const Connection& connection) {
    if (then) {
      then(connection);
    }
    self->enter(State::open);
  };
  service->on_close = [self, then = std::move(handlers.on_close)](const Connection& connection,
                                                                  const CloseInfo& info) {
    {
      const std::lock_guard lock(self->mutex);
      self->end = {info.code, std::string(info.reason), info.clean, std::string(info.problem)};
    }
    if (then) {
      then(connection, info);
    }
  };
  service->on_gone = [self] { self->enter(State::over); };
  return service;
}

std::chrono::steady_clock::time_point end_of(std::chrono::milliseconds span) {
  constexpr std::chrono::hours kForever{24};
  return std::chrono::steady_clock::now() +
         (span.count() > 0 ? std::chrono::milliseconds(span) : std::chrono::milliseconds(kForever));
}

std::chrono::milliseconds left_until(std::chrono::steady_clock::time_point when) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

// TCP, and all that the loop needs to go on from there.
Result<std::uint64_t> begin(net::Loop& loop, const std::shared_ptr<WsClientService>& service,
                            const ClientTls& rules) {
  const wire::WsUrl& url = service->url;
  std::unique_ptr<net::Tls> tls;
  if (url.secure) {
    auto context = net::TlsContext::client(rules);
    if (!context) {
      return std::move(context.error());
    }
    tls = context.value().connect(url.host);
    if (tls == nullptr) {
      return Error{ErrorCode::tls_failed, "cannot set up TLS for the host '" + url.host + "'", 0};
    }
  }
  auto key = wire::fresh_key();
  if (!key) {
    return Error{ErrorCode::no_resources, "no randomness for the handshake", 0};
  }
  const auto deadline = end_of(service->deadlines.handshake);
  auto connected = net::connect_to(url.host, url.port, deadline);
  if (!connected) {
    return std::move(connected.error());
  }
  return loop.add(std::move(connected.value()),
                  std::make_unique<net::WsRequest>(service, std::move(key.value())), std::move(tls),
                  service->policy, net::tick_after(left_until(deadline)));
}

}  // namespace

struct WebSocketClient::Inside {
  std::shared_ptr<SharedLoop> loop;
  std::shared_ptr<WsClientService> service;
  Connection connection;
};

WebSocketClient::WebSocketClient(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
WebSocketClient::WebSocketClient(WebSocketClient&&) noexcept = default;

WebSocketClient& WebSocketClient::operator=(WebSocketClient&& other) noexcept {
  if (this != &other) {
    const WebSocketClient old(std::move(inside_));
    inside_ = std::move(other.inside_);
  }
  return *this;
}

WebSocketClient::~WebSocketClient() {
  if (inside_ != nullptr) {
    inside_->connection.abort();
    inside_->service->wait_while(State::open);
  }
}

Result<WebSocketClient> WebSocketClient::connect(std::string_view url, ClientSettings settings,
                                                 ClientHandlers handlers) {
  auto parsed = wire::parse_ws_url(url);
  if (!parsed) {
    const std::string& detail = parsed.failure().detail;
    return Error{
        ErrorCode::bad_argument,
        "not a WebSocket URL: '" + std::string(url) + "'" + (detail.empty() ? "" : ": " + detail),
        0};
  }
  auto loop = SharedLoop::get();
  if (!loop) {
    return std::move(loop.error());
  }
  auto inside = std::make_unique<Inside>();
  inside->loop = std::move(loop.value());
  inside->service = make_service(std::move(parsed.value()), settings, std::move(handlers));
  auto begun = begin(*inside->loop->loop(), inside->service, settings.tls);
  if (!begun) {
    return std::move(begun.error());
  }
  inside->connection = Connection(inside->loop->loop(), begun.value());
  if (inside->service->wait_while(State::connecting) == State::failed) {
    const std::lock_guard lock(inside->service->mutex);
    return std::move(inside->service->error);
  }
  return WebSocketClient(std::move(inside));
}

const Connection& WebSocketClient::connection() const {
  return inside_->connection;
}

std::string WebSocketClient::subprotocol() const {
  const std::lock_guard lock(inside_->service->mutex);
  return inside_->service->subprotocol;
}

ClientEnd WebSocketClient::wait() {
  inside_->service->wait_while(State::open);
  const std::lock_guard lock(inside_->service->mutex);
  return inside_->service->end;
}

}  // namespace osprey
