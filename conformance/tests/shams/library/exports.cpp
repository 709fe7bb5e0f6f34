// SPDX-License-Identifier: Apache-2.0
// The C names of both editions.
#include <cstdlib>

#include "sham.hpp"

#define EXPORT extern "C" __attribute__((visibility("default")))
// NOLINTBEGIN(readability-identifier-naming): the names are those of the text.

namespace {

using I = std::int64_t;
using sham::CResult;
using sham::Fault;
using sham::Outcome;

I number(const Outcome& outcome) {
  if (outcome.ok()) return has(Fault::unknown_tag) && outcome.value == 0 ? 5 : outcome.value;
  return has(Fault::error_without_message) ? -outcome.code : outcome.code;
}

CResult result(const Outcome& outcome) {
  if (outcome.ok()) return {has(Fault::unknown_tag) ? 2 : 0, outcome.value, nullptr};
  if (has(Fault::error_without_message)) return {1, outcome.code, nullptr};
  return {1, outcome.code, sham::in_malloc(outcome.message)};
}

sham::OnMessage of(I (*handler)(char*)) {
  if (handler == nullptr) return {};
  return [handler](const char* message) {
    std::string copy = message;
    return handler(copy.data()) >= 0;
  };
}

sham::OnMessage of(CResult (*handler)(const char*)) {
  if (handler == nullptr) return {};
  return [handler](const char* message) {
    const CResult answer = handler(message);
    std::free(answer.message);
    return answer.tag == 0;
  };
}

}  // namespace

// One function in both editions: its name, its parameters, and the call they make.
#define BOTH(name, parameters, call)        \
  EXPORT I name parameters {                \
    return number(sham::call);              \
  }                                         \
  EXPORT CResult osprey_##name parameters { \
    return result(sham::call);              \
  }

BOTH(http_create_server, (I port, const char* address), http_create_server(port, address))
BOTH(http_listen, (I id, sham::HttpHandler* handler), http_listen(id, handler))
BOTH(http_stop_server, (I id), http_stop_server(id))
BOTH(http_create_client, (const char* url, I timeout), http_create_client(url, timeout))
BOTH(http_get, (I id, const char* path, const char* headers),
     http_exchange("http_get", id, 0, path, headers, nullptr))
BOTH(http_post, (I id, const char* path, const char* body, const char* headers),
     http_exchange("http_post", id, 1, path, headers, body))
BOTH(http_put, (I id, const char* path, const char* body, const char* headers),
     http_exchange("http_put", id, 2, path, headers, body))
BOTH(http_delete, (I id, const char* path, const char* headers),
     http_exchange("http_delete", id, 3, path, headers, nullptr))
BOTH(http_request, (I id, I method, const char* path, const char* headers, const char* body),
     http_exchange("http_request", id, method, path, headers, body))
BOTH(http_close_client, (I id), http_close_client(id))
BOTH(websocket_send, (I id, const char* message), websocket_send(id, message))
BOTH(websocket_close, (I id), websocket_close(id))
BOTH(websocket_create_server, (I port, const char* address, const char* path),
     websocket_create_server(port, address, path))
BOTH(websocket_server_listen, (I id), websocket_server_listen(id))
BOTH(websocket_server_broadcast, (I id, const char* message),
     websocket_server_broadcast(id, message))
BOTH(websocket_stop_server, (I id), websocket_stop_server(id))

EXPORT I websocket_connect(const char* url, I (*handler)(char*)) {
  return number(sham::websocket_connect(url, of(handler)));
}
EXPORT CResult osprey_websocket_connect(const char* url, CResult (*handler)(const char*)) {
  return result(sham::websocket_connect(url, of(handler)));
}

// "name area what" a line, for prove.py.
EXPORT const char* sham_faults() {
  return
#define LIBRARY_FAULT(name, area, what) #name "\t" area "\t" what "\n"
#include "faults.inc"
#undef LIBRARY_FAULT
      ;
}
// NOLINTEND(readability-identifier-naming)
