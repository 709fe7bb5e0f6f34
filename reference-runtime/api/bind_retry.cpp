// SPDX-License-Identifier: Apache-2.0
#include "api/bind_retry.hpp"

#include <cstdlib>

namespace osprey::api {

std::chrono::milliseconds bind_retry() {
  constexpr std::chrono::milliseconds kDefault{2000};
  const char* const given = std::getenv("OSPREY_BIND_RETRY_MS");
  if (given == nullptr) {
    return kDefault;
  }
  char* end = nullptr;
  const long long milliseconds = std::strtoll(given, &end, 10);
  const bool usable = end != given && *end == '\0' && milliseconds >= 0 && milliseconds <= 600'000;
  return usable ? std::chrono::milliseconds(milliseconds) : kDefault;
}

}  // namespace osprey::api
