// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <memory>
#include <optional>
#include <osprey/websocket_client.hpp>

#include "api/arguments.hpp"
#include "api/in_handler.hpp"
#include "api/websocket.hpp"
#include "api/websocket_end.hpp"

namespace osprey::api {
namespace {

class ClientEnd final : public WebSocketEnd {
 public:
  using WebSocketEnd::WebSocketEnd;

  void take(WebSocketClient client) { client_.emplace(std::move(client)); }
  [[nodiscard]] Connection connection() const override {
    return client_ ? client_->connection() : Connection{};
  }
  // Not inside a handler: waits until the closing handshake is over or its deadline passed.
  void wait() { (void)client_->wait(); }

 private:
  std::optional<WebSocketClient> client_;
};

ClientHandlers handlers_for(const std::shared_ptr<ClientEnd>& end, MessageHandler handler) {
  ClientHandlers handlers;
  // Weak: the client is owned by the end, and would otherwise keep itself alive through its own
  // handlers. Marked: while one of them holds the end, it may be the last that does.
  const std::weak_ptr<ClientEnd> weak = end;
  handlers.on_open = [weak](const Connection&) {
    const InHandler mark;
    if (const auto open = weak.lock()) {
      open->set_connected(true);
    }
  };
  handlers.on_close = [weak](const Connection&, const CloseInfo&) {
    const InHandler mark;
    if (const auto closed = weak.lock()) {
      closed->set_connected(false);
    }
  };
  if (handler) {
    handlers.on_message = [handler = std::move(handler)](const Connection& connection,
                                                         const Message& message) {
      hand_over(connection, message,
                [&handler](const std::string& text) { return handler(text.c_str()); });
    };
  }
  return handlers;
}

}  // namespace

Outcome websocket_connect(const char* url, MessageHandler handler) {
  const std::string_view text = text_of(url);
  if (text.empty()) {
    return failure(OSPREY_ERR_URL, "url is empty; it looks like ws://host:port/path");
  }
  auto end = make_object<ClientEnd>(std::string(text));
  auto client = WebSocketClient::connect(text, {}, handlers_for(end, std::move(handler)));
  if (!client) {
    Failure failed = failure(client.error());
    if (client.error().code == ErrorCode::bad_argument) {
      failed.code = OSPREY_ERR_URL;
    }
    return failed;
  }
  end->take(std::move(client.value()));
  return registry().add(std::move(end));
}

Outcome websocket_send(std::int64_t id, const char* message) {
  const auto end = registry().find<WebSocketEnd>(id);
  if (end == nullptr) {
    return unknown_id("WebSocket connection", id);
  }
  if (auto wrong = check_message(message)) {
    return *std::move(wrong);
  }
  const auto sent = end->connection().send_text(message);
  return sent ? Outcome(OSPREY_OK) : Outcome(failure(sent.error()));
}

Outcome websocket_close(std::int64_t id) {
  const auto end = registry().take<WebSocketEnd>(id);
  if (end == nullptr) {
    return unknown_id("WebSocket connection", id);
  }
  // Closed already by the peer is closed: the caller has what it wanted.
  (void)end->connection().close();
  if (auto client = std::dynamic_pointer_cast<ClientEnd>(end)) {
    outside_handlers([client = std::move(client)] { client->wait(); });
  }
  return OSPREY_OK;
}

Outcome websocket_connection(std::int64_t id, WebSocketConnection* connection) {
  const auto end = registry().find<WebSocketEnd>(id);
  if (end == nullptr) {
    return unknown_id("WebSocket connection", id);
  }
  if (connection == nullptr) {
    return failure(OSPREY_ERR_ARGUMENT, "connection is NULL");
  }
  *connection = {};
  connection->id = id;
  const std::string_view url = std::string_view(end->url()).substr(0, sizeof(connection->url) - 1);
  std::memcpy(connection->url, url.data(), url.size());
  connection->isConnected = end->connected() ? 1 : 0;
  return OSPREY_OK;
}

}  // namespace osprey::api
