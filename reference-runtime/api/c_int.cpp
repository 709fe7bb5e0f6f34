// SPDX-License-Identifier: Apache-2.0
// The edition osprey-int: ids and counts above zero, 0, or a negative code.
#include <osprey/osprey.h>

#include "api/http.hpp"
#include "api/websocket.hpp"

using osprey::api::as_code;
using osprey::api::guarded;
using osprey::api::Outcome;
using osprey::api::text_of_code;
namespace api = osprey::api;

namespace {

std::string_view body_of(const char* body) {
  return body == nullptr ? std::string_view{} : std::string_view(body);
}

api::MessageHandler code_handler(OspreyMessageHandler handler) {
  if (handler == nullptr) {
    return {};
  }
  return [handler](const char* message) -> Outcome {
    // The signature of the text takes a char*: the octets are the call's own copy.
    std::string copy(message);
    const std::int64_t code = handler(copy.data());
    return code < 0 ? Outcome(api::failure(code, "message handler")) : Outcome(code);
  };
}

std::int64_t exchange(std::int64_t id, std::int64_t method, const char* path, const char* headers,
                      const char* body) {
  return as_code(guarded(
      [&] { return api::http_exchange(id, method, path, headers, body_of(body), nullptr); }));
}

}  // namespace

const char* osprey_code_text(int64_t code) {
  return text_of_code(code).data();
}

int64_t http_create_server(int64_t port, char* address) {
  return as_code(guarded([&] { return api::http_create_server(port, address); }));
}
int64_t http_listen(int64_t server_id, OspreyHttpHandler handler) {
  return as_code(guarded([&] { return api::http_listen(server_id, handler); }));
}
int64_t http_stop_server(int64_t server_id) {
  return as_code(guarded([&] { return api::http_stop_server(server_id); }));
}

int64_t http_create_client(char* base_url, int64_t timeout) {
  return as_code(guarded([&] { return api::http_create_client(base_url, timeout); }));
}
int64_t http_get(int64_t client_id, char* path, char* headers) {
  return exchange(client_id, HTTP_GET, path, headers, nullptr);
}
int64_t http_post(int64_t client_id, char* path, char* body, char* headers) {
  return exchange(client_id, HTTP_POST, path, headers, body);
}
int64_t http_put(int64_t client_id, char* path, char* body, char* headers) {
  return exchange(client_id, HTTP_PUT, path, headers, body);
}
int64_t http_delete(int64_t client_id, char* path, char* headers) {
  return exchange(client_id, HTTP_DELETE, path, headers, nullptr);
}
int64_t http_request(int64_t client_id, int64_t method, char* path, char* headers, char* body) {
  return exchange(client_id, method, path, headers, body);
}
int64_t http_close_client(int64_t client_id) {
  return as_code(guarded([&] { return api::http_close_client(client_id); }));
}

int64_t websocket_connect(char* url, OspreyMessageHandler handler) {
  return as_code(guarded([&] { return api::websocket_connect(url, code_handler(handler)); }));
}
int64_t websocket_send(int64_t ws_id, char* message) {
  return as_code(guarded([&] { return api::websocket_send(ws_id, message); }));
}
int64_t websocket_close(int64_t ws_id) {
  return as_code(guarded([&] { return api::websocket_close(ws_id); }));
}
int64_t websocket_create_server(int64_t port, char* address, char* path) {
  return as_code(guarded([&] { return api::websocket_create_server(port, address, path); }));
}
int64_t websocket_server_listen(int64_t server_id) {
  return as_code(guarded([&] { return api::websocket_server_listen(server_id); }));
}
int64_t websocket_server_broadcast(int64_t server_id, char* message) {
  return as_code(guarded([&] { return api::websocket_server_broadcast(server_id, message); }));
}
int64_t websocket_stop_server(int64_t server_id) {
  return as_code(guarded([&] { return api::websocket_stop_server(server_id); }));
}
