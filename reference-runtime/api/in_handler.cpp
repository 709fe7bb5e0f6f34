// SPDX-License-Identifier: Apache-2.0
#include "api/in_handler.hpp"

#include <thread>
#include <utility>

namespace osprey::api {

thread_local unsigned InHandler::depth = 0;

void end_outside_handlers(std::shared_ptr<Object> object) {
  if (!InHandler::here()) {
    object.reset();
    return;
  }
  std::thread([ended = std::move(object)]() mutable { ended.reset(); }).detach();
}

}  // namespace osprey::api
