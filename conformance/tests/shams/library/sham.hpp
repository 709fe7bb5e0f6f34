// SPDX-License-Identifier: Apache-2.0
// A library with the C names of both Osprey editions that hands every call to a good one, and is
// wrong on the way in the manner SHAM_FAULT names. SHAM_LIBRARY is the good one's file. For what is
// wrong on the wire it has to be preloaded too.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace sham {

enum class Fault : std::uint8_t {
  none,
#define LIBRARY_FAULT(name, area, what) name,
#include "faults.inc"
#undef LIBRARY_FAULT
};

Fault active();
inline bool has(Fault fault) {
  return active() == fault;
}

// Strange but legal, in addition: SHAM_QUIRKS names what, by commas.
//   closes-again  a second close or stop of an id answers 0
//   closes-any    a close or stop of what is none answers 0
//   serial        a client makes one request at a time
//   greets        a WebSocket server sends a message right after its 101
bool quirk(const char* name);

// A Result as C has it.
struct CResult {
  std::int64_t tag;
  std::int64_t value;  // of an Err: its code
  char* message;
};

// What a call came to, the same for both editions.
struct Outcome {
  std::int64_t value = 0;
  std::int64_t code = 0;  // below zero for an Err
  std::string message;
  bool ok() const { return code == 0; }
};
Outcome success(std::int64_t value);

using HttpHandler = char*(char* method, char* path, char* headers, char* body);
using OnRequest = std::function<HttpHandler>;                // the body, in memory of malloc()
using OnMessage = std::function<bool(const char* message)>;  // whether it says Success

Outcome http_create_server(std::int64_t port, const char* address);
Outcome http_listen(std::int64_t id, OnRequest handler);
Outcome http_stop_server(std::int64_t id);
Outcome http_create_client(const char* url, std::int64_t timeout);
// `function` is httpGet's C name and its like.
Outcome http_exchange(const char* function, std::int64_t id, std::int64_t method, const char* path,
                      const char* headers, const char* body);
Outcome http_close_client(std::int64_t id);
Outcome websocket_connect(const char* url, OnMessage handler);
Outcome websocket_send(std::int64_t id, const char* message);
Outcome websocket_close(std::int64_t id);
Outcome websocket_create_server(std::int64_t port, const char* address, const char* path);
Outcome websocket_server_listen(std::int64_t id);
Outcome websocket_server_broadcast(std::int64_t id, const char* message);
Outcome websocket_stop_server(std::int64_t id);

// handlers.cpp: what the good library is given in a handler's place.
HttpHandler* around(OnRequest handler, std::int64_t server);
using MessageResultHandler = CResult(const char* message);
MessageResultHandler* around(OnMessage handler);
bool in_handler();

// text.cpp
std::string spoiled(const std::string& text, bool answer);
char* in_malloc(const std::string& text);
void* good_symbol(const std::string& name);

}  // namespace sham
