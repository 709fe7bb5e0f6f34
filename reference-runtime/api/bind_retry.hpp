// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace osprey::api {

// How long a busy port is tried again: OSPREY_BIND_RETRY_MS (0 to 600000), 2 s where it is not set
// or no number.
std::chrono::milliseconds bind_retry();

}  // namespace osprey::api
