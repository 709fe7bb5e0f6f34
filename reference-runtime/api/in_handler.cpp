// SPDX-License-Identifier: Apache-2.0
#include "api/in_handler.hpp"

#include <thread>
#include <utility>

namespace osprey::api {

thread_local unsigned InHandler::depth = 0;

void outside_handlers(std::function<void()> work) {
  if (InHandler::here()) {
    std::thread(std::move(work)).detach();
  } else {
    work();
  }
}

void EndOutsideHandlers::operator()(Object* object) const {
  outside_handlers([object] { delete object; });
}

}  // namespace osprey::api
