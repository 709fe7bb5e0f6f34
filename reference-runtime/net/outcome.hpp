// SPDX-License-Identifier: Apache-2.0
// Small makers of error values.
#pragma once

#include <osprey/result.hpp>
#include <string>

namespace osprey::net {

// "what: text of errno".
Error system_error(ErrorCode code, std::string what, int error);

// Descriptors or memory ran out: worth another try later.
bool lacks_resources(int error);

}  // namespace osprey::net
