// SPDX-License-Identifier: Apache-2.0
// What an HTTP handler returns where it is more than the body. Osprey §14.1 has the full record;
// the public runtime of today leaves both lengths out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "abi.hpp"

namespace driver {

struct HttpResponse {
  std::int64_t status;
  char* headers;
  char* content_type;
  std::int64_t stream_fd;
  bool is_complete;
  char* partial_body;
};
struct FullHttpResponse {
  std::int64_t status;
  char* headers;
  char* content_type;
  std::int64_t content_length;
  std::int64_t stream_fd;
  bool is_complete;
  char* partial_body;
  std::int64_t partial_length;
};
static_assert(sizeof(void*) != 8 || (sizeof(HttpResponse) == 48 && sizeof(FullHttpResponse) == 64));

// From now on handlers return their answers in this shape.
void set_handler_shape(HandlerShape shape);
// The body, in memory of malloc(), in that shape; NULL stays NULL. What it gives belongs to whoever
// gets it and may be free()d: the driver does not look at it again.
void* in_handler_shape(char* body);
// An answer that is right in every shape, and whose body tells how it was read.
void* tell_tale();
// Which shape a response shows that was made of a tell-tale; nullopt for any other.
std::optional<HandlerShape> shape_shown_by(std::string_view response);

// For people: what a handler has returned, and what to declare where that is wrong.
const char* handed_over();
const char* declare_instead();

}  // namespace driver
