// SPDX-License-Identifier: Apache-2.0
// Ending an object waits for its handlers, so it must not happen inside one of them.
#pragma once

#include <memory>

#include "api/registry.hpp"

namespace osprey::api {

// Marks the running thread as one that is inside a handler of the program's.
class InHandler {
 public:
  InHandler() noexcept { ++depth; }
  ~InHandler() { --depth; }
  InHandler(const InHandler&) = delete;
  InHandler& operator=(const InHandler&) = delete;

  static bool here() noexcept { return depth != 0; }

 private:
  static thread_local unsigned depth;
};

// Ends `object` now, or, inside a handler, on a thread of its own as soon as the handlers have
// returned.
void end_outside_handlers(std::shared_ptr<Object> object);

}  // namespace osprey::api
