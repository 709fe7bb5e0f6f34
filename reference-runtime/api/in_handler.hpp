// SPDX-License-Identifier: Apache-2.0
// Ending an object waits for its handlers, so it must not happen inside one of them: not in the
// call that closes it, and not where a handler holds it for a moment while another thread closes
// it.
#pragma once

#include <functional>
#include <memory>
#include <utility>

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

// Does `work` now, or, inside a handler, on a thread of its own, so that it may wait for the
// handler.
void outside_handlers(std::function<void()> work);

struct EndOutsideHandlers {
  void operator()(Object* object) const;
};
// An object whose last holder ends it outside its handlers, whoever that is.
template <class T, class... Arguments>
std::shared_ptr<T> make_object(Arguments&&... arguments) {
  return std::shared_ptr<T>(new T(std::forward<Arguments>(arguments)...), EndOutsideHandlers());
}

}  // namespace osprey::api
