// SPDX-License-Identifier: Apache-2.0
// The handlers that cases name. C has no closures, so each use of one takes a slot with a function
// of its own.
#pragma once
#include <cstdint>
#include <functional>

#include "protocol.hpp"

namespace driver {

// Osprey §14.2.1: gets the raw request, returns the body in memory that the implementation free()s;
// in other shapes a record (http_response.hpp). To a caller each is a pointer; the type is the
// text's, since a library that checks the types of its calls would end over another.
using HttpHandler = char*(char* method, char* path, char* headers, char* body);

struct Result;  // osprey_result.hpp
struct Block;
using MessageHandler = std::int64_t(char* message);
using MessageResultHandler = Result(const char* message);
using MessageBlockHandler = Block*(char* message);

// nullptr for a null; throws std::runtime_error for a handler nobody knows. `stop` stops the server
// that calls it.
HttpHandler* http_handler(const json& what, int call, std::function<void()> stop);

// What a message handler's use is told later: how to send on its own connection, and to close it.
struct OwnConnection {
  std::function<void(const std::string&)> send;
  std::function<void()> close;
};
class MessageUse {
 public:
  virtual ~MessageUse() = default;
  // The connection's id is known now.
  virtual void connected(OwnConnection connection) = 0;
};
struct MessageSlot {
  MessageHandler* number = nullptr;        // result=code
  MessageResultHandler* result = nullptr;  // result=struct
  MessageBlockHandler* block = nullptr;    // result=block
  MessageUse* use = nullptr;
};
MessageSlot message_handler(const json& what, int call);

// Osprey §14.2.1, deprecated: how osprey_handle_http_request() of this program answers from now on.
void set_bridge(const json& what, int call);

}  // namespace driver
