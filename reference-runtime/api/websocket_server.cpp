// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <osprey/websocket_server.hpp>
#include <unordered_map>

#include "api/arguments.hpp"
#include "api/bind_retry.hpp"
#include "api/in_handler.hpp"
#include "api/shared_port.hpp"
#include "api/websocket.hpp"
#include "api/websocket_end.hpp"

namespace osprey::api {
namespace {

// A client of the program's server.
class PeerEnd final : public WebSocketEnd {
 public:
  PeerEnd(std::string url, Connection connection)
      : WebSocketEnd(std::move(url)), connection_(std::move(connection)) {
    set_connected(true);
  }
  [[nodiscard]] Connection connection() const override { return connection_; }

 private:
  Connection connection_;
};

// The ids of a server's clients.
class Peers {
 public:
  explicit Peers(std::string url) : url_(std::move(url)) {}

  void open(const Connection& connection) {
    const std::int64_t id = registry().add(std::make_shared<PeerEnd>(url_, connection));
    const std::lock_guard lock(mutex_);
    ids_.emplace(connection.id(), id);
  }
  void close(const Connection& connection) {
    std::int64_t id = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto at = ids_.find(connection.id());
      if (at == ids_.end()) {
        return;
      }
      id = at->second;
      ids_.erase(at);
    }
    registry().drop(id);
  }
  std::int64_t id_of(const Connection& connection) const {
    const std::lock_guard lock(mutex_);
    const auto at = ids_.find(connection.id());
    return at == ids_.end() ? 0 : at->second;
  }

 private:
  std::string url_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::int64_t> ids_;
};

class WebSocketServerObject final : public Object {
 public:
  WebSocketServerObject(std::uint16_t port, std::string address, std::string path)
      : port_(port), address_(std::move(address)), path_(std::move(path)) {}
  ~WebSocketServerObject() override {
    if (auto* const shared = std::get_if<SharedWebSocket>(&server_)) {
      shared->stop();
    }
  }

  Outcome set_handler(ServerMessageHandler handler);
  Outcome listen();
  Outcome broadcast(const char* message);

 private:
  ServerSettings settings() const;
  ServerHandlers handlers() const;
  [[nodiscard]] bool listening() const { return server_.index() != 0; }
  Outcome share(HttpServer& host);

  std::uint16_t port_;
  std::string address_;
  std::string path_;
  std::mutex mutex_;  // guards what follows
  ServerMessageHandler handler_;
  std::shared_ptr<PortOwner> host_;  // the HTTP server whose port is shared
  std::variant<std::monostate, WebSocketServer, SharedWebSocket> server_;
};

Outcome WebSocketServerObject::set_handler(ServerMessageHandler handler) {
  const std::lock_guard lock(mutex_);
  if (listening()) {
    return failure(OSPREY_ERR_LISTEN, "the server listens already; set the handler before");
  }
  handler_ = std::move(handler);
  return OSPREY_OK;
}

ServerSettings WebSocketServerObject::settings() const {
  ServerSettings settings;
  settings.host = address_;
  settings.port = port_;
  settings.path = path_;
  settings.bind_retry = bind_retry();
  return settings;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

ServerHandlers WebSocketServerObject::handlers() const {
  const auto peers =
      std::make_shared<Peers>("ws://" + address_ + ":" + std::to_string(port_) + path_);
  ServerHandlers handlers;
  handlers.on_open = [peers](const Connection& connection) { peers->open(connection); };
  handlers.on_close = [peers](const Connection& connection, const CloseInfo&) {
    peers->close(connection);
  };
  if (handler_) {
    handlers.on_message = [peers, handler = handler_](const Connection& connection,
                                                      const Message& message) {
      hand_over(connection, message, [&](const std::string& data) {
        WebSocketMessage shown{};
        shown.type = message.kind == MessageKind::text ? "text" : "binary";
        shown.data = data.c_str();
        shown.timestamp = now_ms();
        shown.length = static_cast<std::int64_t>(data.size());
        return handler(peers->id_of(connection), shown);
      });
    };
  }
  return handlers;
}

Outcome WebSocketServerObject::listen() {
  const std::lock_guard lock(mutex_);
  if (listening()) {
    return failure(OSPREY_ERR_LISTEN, "the server listens already");
  }
  for (const auto& owner : registry().all<PortOwner>()) {
    if (HttpServer* const host = owner->shares(port_, address_)) {
      host_ = owner;
      return share(*host);
    }
  }
  auto started = WebSocketServer::start(settings(), handlers());
  if (!started) {
    return failure(started.error());
  }
  server_.emplace<WebSocketServer>(std::move(started.value()));
  return OSPREY_OK;
}

Outcome WebSocketServerObject::share(HttpServer& host) {
  auto shared = host.share_with_websocket(settings(), handlers());
  if (!shared) {
    return failure(shared.error());
  }
  server_.emplace<SharedWebSocket>(std::move(shared.value()));
  return OSPREY_OK;
}

Outcome WebSocketServerObject::broadcast(const char* message) {
  const std::lock_guard lock(mutex_);
  const std::string_view text = message;
  const std::span octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  if (const auto* const own = std::get_if<WebSocketServer>(&server_)) {
    return static_cast<std::int64_t>(own->broadcast(MessageKind::text, octets));
  }
  if (const auto* const shared = std::get_if<SharedWebSocket>(&server_)) {
    return static_cast<std::int64_t>(shared->broadcast(MessageKind::text, octets));
  }
  return failure(OSPREY_ERR_CLOSED, "the server does not listen");
}

}  // namespace

Outcome websocket_create_server(std::int64_t port, const char* address, const char* path) {
  for (auto& wrong : {check_port(port), check_address(address), check_path(path)}) {
    if (wrong) {
      return *wrong;
    }
  }
  return registry().add(
      make_object<WebSocketServerObject>(static_cast<std::uint16_t>(port), address, path));
}

Outcome websocket_server_on_message(std::int64_t id, ServerMessageHandler handler) {
  const auto server = registry().find<WebSocketServerObject>(id);
  return server == nullptr ? Outcome(unknown_id("WebSocket server", id))
                           : server->set_handler(std::move(handler));
}

Outcome websocket_server_listen(std::int64_t id) {
  const auto server = registry().find<WebSocketServerObject>(id);
  return server == nullptr ? Outcome(unknown_id("WebSocket server", id)) : server->listen();
}

Outcome websocket_server_broadcast(std::int64_t id, const char* message) {
  const auto server = registry().find<WebSocketServerObject>(id);
  if (server == nullptr) {
    return unknown_id("WebSocket server", id);
  }
  if (auto wrong = check_message(message)) {
    return *std::move(wrong);
  }
  return server->broadcast(message);
}

// Letting go of the server ends it.
Outcome websocket_stop_server(std::int64_t id) {
  const auto server = registry().take<WebSocketServerObject>(id);
  return server == nullptr ? Outcome(unknown_id("WebSocket server", id)) : Outcome(OSPREY_OK);
}

}  // namespace osprey::api
