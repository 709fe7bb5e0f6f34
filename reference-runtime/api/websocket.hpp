// SPDX-License-Identifier: Apache-2.0
// The WebSocket built-ins (Osprey §15.4, §16), once for both editions. Any thread; what throws is
// caught by guarded().
#pragma once

#include <osprey/osprey.h>

#include <cstdint>
#include <functional>
#include <osprey/connection.hpp>
#include <string>
#include <string_view>

#include "api/outcome.hpp"

namespace osprey::api {

// Gets NUL-terminated text; a failure closes the connection with 1011.
using MessageHandler = std::function<Outcome(const char* message)>;

Outcome websocket_connect(const char* url, MessageHandler handler);
Outcome websocket_send(std::int64_t id, const char* message);
Outcome websocket_close(std::int64_t id);
Outcome websocket_connection(std::int64_t id, WebSocketConnection* connection);

using ServerMessageHandler =
    std::function<Outcome(std::int64_t id, const WebSocketMessage& message)>;

Outcome websocket_create_server(std::int64_t port, const char* address, const char* path);
Outcome websocket_server_on_message(std::int64_t id, ServerMessageHandler handler);
Outcome websocket_server_listen(std::int64_t id);
Outcome websocket_server_broadcast(std::int64_t id, const char* message);
Outcome websocket_stop_server(std::int64_t id);

}  // namespace osprey::api
