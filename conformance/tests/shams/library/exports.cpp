// SPDX-License-Identifier: Apache-2.0
// The C names, in the shapes that SHAM_RESULT and its like name; without these, of both editions as
// the text and the reference have them.
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "sham.hpp"

#define EXPORT extern "C" __attribute__((visibility("default")))
// NOLINTBEGIN(readability-identifier-naming, bugprone-macro-parentheses): the names are the text's.

namespace {

using I = std::int64_t;
using sham::CResult;
using sham::Fault;
using sham::Outcome;

[[maybe_unused]] I number(const Outcome& outcome) {
  if (outcome.ok()) return has(Fault::unknown_tag) && outcome.value == 0 ? 5 : outcome.value;
  return has(Fault::error_without_message) ? -outcome.code : outcome.code;
}

[[maybe_unused]] CResult result(const Outcome& outcome) {
  if (outcome.ok()) return {has(Fault::unknown_tag) ? 2 : 0, outcome.value, nullptr};
  if (has(Fault::error_without_message)) return {1, outcome.code, nullptr};
  return {1, outcome.code, sham::in_malloc(outcome.message)};
}

[[maybe_unused]] sham::OnMessage of(I (*handler)(char*)) {
  if (handler == nullptr) return {};
  return [handler](const char* message) {
    std::string copy = message;
    return handler(copy.data()) >= 0;
  };
}

[[maybe_unused]] sham::OnMessage of(CResult (*handler)(const char*)) {
  if (handler == nullptr) return {};
  return [handler](const char* message) {
    const CResult answer = handler(message);
    std::free(answer.message);
    return answer.tag == 0;
  };
}

// What the public compiler makes of a Result.
struct Block {
  I value;
  std::int8_t disc;
  char* errmsg;
};

[[maybe_unused]] Block* block(const Outcome& outcome) {
  auto* const out = static_cast<Block*>(std::calloc(1, sizeof(Block)));
  const CResult plain = result(outcome);
  out->value = plain.value;
  out->disc = static_cast<std::int8_t>(plain.tag);
  out->errmsg = plain.message;
  return out;
}

[[maybe_unused]] sham::OnMessage of(Block* (*handler)(char*)) {
  if (handler == nullptr) return {};
  return [handler](const char* message) {
    std::string copy = message;
    Block* const answer = handler(copy.data());
    const bool well = answer->disc == 0;
    std::free(answer->errmsg);
    std::free(answer);
    return well;
  };
}

// The record of Osprey §14.1, with its lengths and without.
struct FullResponse {
  I status;
  char *headers, *contentType;
  I contentLength, streamFd;
  bool isComplete;
  char* partialBody;
  I partialLength;
};
struct Response {
  I status;
  char *headers, *contentType;
  I streamFd;
  bool isComplete;
  char* partialBody;
};

// Only what can be read of the record in full reaches the peer: the body, if it is complete.
template <class Record>
sham::OnRequest of(Record* (*handler)(char*, char*, char*, char*)) {
  if (handler == nullptr) return {};
  if constexpr (std::is_same_v<Record, char>) {
    return handler;
  } else {
    return [handler](char* method, char* path, char* headers, char* body) -> char* {
      Record* const answer = handler(method, path, headers, body);
      if (answer == nullptr) return nullptr;
      const bool sound = answer->status >= 200 && answer->status < 600 && answer->isComplete &&
                         answer->headers != nullptr && answer->contentType != nullptr;
      if (!sound) std::abort();
      return sham::in_malloc(answer->partialBody);
    };
  }
}

}  // namespace

#define FUNCTIONS(X)                                                                         \
  X(http_create_server, (I port, const char* address), http_create_server(port, address))    \
  X(http_listen, (I id, HttpAnswer * (*handler)(char*, char*, char*, char*)),                \
    http_listen(id, of(handler)))                                                            \
  X(http_stop_server, (I id), http_stop_server(id))                                          \
  X(http_create_client, (const char* url, I timeout), http_create_client(url, timeout))      \
  X(http_get, (I id, const char* path, const char* headers),                                 \
    http_exchange("http_get", id, 0, path, headers, nullptr))                                \
  X(http_post, (I id, const char* path, const char* body, const char* headers),              \
    http_exchange("http_post", id, 1, path, headers, body))                                  \
  X(http_put, (I id, const char* path, const char* body, const char* headers),               \
    http_exchange("http_put", id, 2, path, headers, body))                                   \
  X(http_delete, (I id, const char* path, const char* headers),                              \
    http_exchange("http_delete", id, 3, path, headers, nullptr))                             \
  X(http_request, (I id, I method, const char* path, const char* headers, const char* body), \
    http_exchange("http_request", id, method, path, headers, body))                          \
  X(http_close_client, (I id), http_close_client(id))                                        \
  X(websocket_send, (I id, const char* message), websocket_send(id, message))                \
  X(websocket_close, (I id), websocket_close(id))                                            \
  X(websocket_create_server, (I port, const char* address, const char* path),                \
    websocket_create_server(port, address, path))                                            \
  X(websocket_server_listen, (I id), websocket_server_listen(id))                            \
  X(websocket_server_broadcast, (I id, const char* message),                                 \
    websocket_server_broadcast(id, message))                                                 \
  X(websocket_stop_server, (I id), websocket_stop_server(id))

#define AS_CODE(name, parameters, call) \
  EXPORT I name parameters {            \
    return number(sham::call);          \
  }
#define AS_BLOCK(name, parameters, call) \
  EXPORT Block* name parameters {        \
    return block(sham::call);            \
  }
#define AS_STRUCT(name, parameters, call)   \
  EXPORT CResult osprey_##name parameters { \
    return result(sham::call);              \
  }

#ifdef SHAM_HANDLER
using HttpAnswer = SHAM_HANDLER;
#else
using HttpAnswer = char;
#endif

#if defined(SHAM_RESULT)
FUNCTIONS(SHAM_RESULT)
#else
FUNCTIONS(AS_CODE)
FUNCTIONS(AS_STRUCT)
#endif

// websocket_connect, whose handler answers as the functions do.
#if defined(SHAM_CONNECT_BY_URL)
SHAM_RESULT(websocket_connect, (const char* url),
            websocket_connect(url, [](const char*) { return true; }))
#elif defined(SHAM_CONNECT_BY_NAME)
SHAM_RESULT(websocket_connect, (const char* url, const char* handler_name),
            websocket_connect(url, [name = std::string(handler_name)](const char*) {
              return !name.empty();
            }))
#elif defined(SHAM_RESULT)
SHAM_RESULT(websocket_connect, (const char* url, SHAM_ON_MESSAGE),
            websocket_connect(url, of(handler)))
#else
AS_CODE(websocket_connect, (const char* url, I (*handler)(char*)),
        websocket_connect(url, of(handler)))
AS_STRUCT(websocket_connect, (const char* url, CResult (*handler)(const char*)),
          websocket_connect(url, of(handler)))
#endif

// "name area what" a line, for prove.py.
EXPORT const char* sham_faults() {
  return
#define LIBRARY_FAULT(name, area, what) #name "\t" area "\t" what "\n"
#include "faults.inc"
#undef LIBRARY_FAULT
      ;
}
// NOLINTEND(readability-identifier-naming, bugprone-macro-parentheses)
