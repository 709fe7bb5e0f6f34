// SPDX-License-Identifier: Apache-2.0
// The edition osprey-result: a value, or a message that says what was wrong.
#include <osprey/osprey.h>

#include <cstdlib>
#include <memory>

#include "api/http.hpp"
#include "api/websocket.hpp"

using osprey::api::as_result;
using osprey::api::guarded;
using osprey::api::Outcome;
namespace api = osprey::api;

namespace {

std::string_view body_of(const char* body) {
  return body == nullptr ? std::string_view{} : std::string_view(body);
}

// Success() of functions whose int edition counts.
OspreyResult without_value(const Outcome& outcome) {
  OspreyResult result = as_result(outcome);
  if (result.tag == OSPREY_SUCCESS) {
    result.value = 0;
  }
  return result;
}

Outcome outcome_of(OspreyResult result) {
  if (result.tag == OSPREY_SUCCESS) {
    return result.value;
  }
  api::Failure failed{result.value, result.message == nullptr ? "" : result.message};
  osprey_result_free(&result);
  return failed;
}

OspreyResult exchange(std::int64_t id, std::int64_t method, const char* path, const char* headers,
                      const char* body) {
  return as_result(guarded(
      [&] { return api::http_exchange(id, method, path, headers, body_of(body), nullptr); }));
}

}  // namespace

void osprey_result_free(OspreyResult* result) {
  if (result != nullptr) {
    std::free(result->message);
    *result = {};
  }
}

OspreyResult osprey_http_create_server(int64_t port, const char* address) {
  return as_result(guarded([&] { return api::http_create_server(port, address); }));
}
OspreyResult osprey_http_listen(int64_t server_id, OspreyHttpHandler handler) {
  return as_result(guarded([&] { return api::http_listen(server_id, handler); }));
}
OspreyResult osprey_http_listen_full(int64_t server_id, OspreyHttpFullHandler handler,
                                     void* context) {
  return as_result(guarded([&] { return api::http_listen_full(server_id, handler, context); }));
}
OspreyResult osprey_http_stop_server(int64_t server_id) {
  return as_result(guarded([&] { return api::http_stop_server(server_id); }));
}

OspreyResult osprey_http_create_client(const char* base_url, int64_t timeout) {
  return as_result(guarded([&] { return api::http_create_client(base_url, timeout); }));
}
OspreyResult osprey_http_get(int64_t client_id, const char* path, const char* headers) {
  return exchange(client_id, HTTP_GET, path, headers, nullptr);
}
OspreyResult osprey_http_post(int64_t client_id, const char* path, const char* body,
                              const char* headers) {
  return exchange(client_id, HTTP_POST, path, headers, body);
}
OspreyResult osprey_http_put(int64_t client_id, const char* path, const char* body,
                             const char* headers) {
  return exchange(client_id, HTTP_PUT, path, headers, body);
}
OspreyResult osprey_http_delete(int64_t client_id, const char* path, const char* headers) {
  return exchange(client_id, HTTP_DELETE, path, headers, nullptr);
}
OspreyResult osprey_http_request(int64_t client_id, int64_t method, const char* path,
                                 const char* headers, const char* body) {
  return exchange(client_id, method, path, headers, body);
}
OspreyResult osprey_http_close_client(int64_t client_id) {
  return as_result(guarded([&] { return api::http_close_client(client_id); }));
}

OspreyResult osprey_http_exchange(int64_t client_id, int64_t method, const char* path,
                                  const char* headers, const void* body, int64_t body_length,
                                  HttpResponse* response) {
  return as_result(guarded([&]() -> Outcome {
    if (body_length < 0 || (body == nullptr && body_length > 0)) {
      return api::failure(OSPREY_ERR_ARGUMENT, "body_length does not fit the body");
    }
    const std::string_view octets(static_cast<const char*>(body),
                                  static_cast<std::size_t>(body_length));
    return api::http_exchange(client_id, method, path, headers, octets, response);
  }));
}
void osprey_http_response_free(HttpResponse* response) {
  if (response != nullptr) {
    std::free(response->headers);
    std::free(response->contentType);
    std::free(response->partialBody);
    *response = {};
  }
}
OspreyResult osprey_http_client_limit(int64_t client_id, int64_t octets) {
  return as_result(guarded([&] { return api::http_client_limit(client_id, octets); }));
}

OspreyResult osprey_websocket_connect(const char* url, OspreyMessageResultHandler handler) {
  return as_result(guarded([&] {
    api::MessageHandler wrapped;
    if (handler != nullptr) {
      wrapped = [handler](const char* message) { return outcome_of(handler(message)); };
    }
    return api::websocket_connect(url, std::move(wrapped));
  }));
}
OspreyResult osprey_websocket_send(int64_t ws_id, const char* message) {
  return as_result(guarded([&] { return api::websocket_send(ws_id, message); }));
}
OspreyResult osprey_websocket_close(int64_t ws_id) {
  return as_result(guarded([&] { return api::websocket_close(ws_id); }));
}
OspreyResult osprey_websocket_connection(int64_t ws_id, WebSocketConnection* connection) {
  return as_result(guarded([&] { return api::websocket_connection(ws_id, connection); }));
}

OspreyResult osprey_websocket_create_server(int64_t port, const char* address, const char* path) {
  return as_result(guarded([&] { return api::websocket_create_server(port, address, path); }));
}
OspreyResult osprey_websocket_server_listen(int64_t server_id) {
  return as_result(guarded([&] { return api::websocket_server_listen(server_id); }));
}
OspreyResult osprey_websocket_server_broadcast(int64_t server_id, const char* message) {
  return without_value(
      guarded([&] { return api::websocket_server_broadcast(server_id, message); }));
}
OspreyResult osprey_websocket_stop_server(int64_t server_id) {
  return as_result(guarded([&] { return api::websocket_stop_server(server_id); }));
}
OspreyResult osprey_websocket_server_on_message(int64_t server_id,
                                                OspreyServerMessageHandler handler, void* context) {
  return as_result(guarded([&] {
    api::ServerMessageHandler wrapped;
    if (handler != nullptr) {
      wrapped = [handler, context](std::int64_t id, const WebSocketMessage& message) {
        return outcome_of(handler(id, &message, context));
      };
    }
    return api::websocket_server_on_message(server_id, std::move(wrapped));
  }));
}
