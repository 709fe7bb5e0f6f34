// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "abi.hpp"

namespace driver {

// What came of looking for the shape of the library's HTTP handlers.
struct FoundShape {
  std::optional<HandlerShape> shape;
  std::string why;  // it was not found
};

// Lets a process of its own serve one request, and sees from its answer how it reads what a handler
// returns. To be called before there are threads, and before the library is loaded here.
FoundShape find_handler_shape(const std::string& library, const Abi& abi);

}  // namespace driver
