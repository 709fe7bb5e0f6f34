// SPDX-License-Identifier: Apache-2.0
// What is served: an id, and what happened to it.
#pragma once

#include <cstdint>

namespace osprey::net {

struct Event {
  std::uint64_t id = 0;
  std::uint32_t what = 0;  // EPOLLIN, ...
};

// Ids of what is not a connection: generation 0, which no connection has.
inline constexpr std::uint64_t kWakeId = 1;
inline constexpr std::uint64_t kTimerId = 2;
inline constexpr std::uint64_t kDrainId = 3;  // the time for an orderly stop is over
inline constexpr std::uint64_t kFirstListenerId = 16;
inline constexpr std::uint64_t kFirstConnectionId = std::uint64_t{1} << 32U;

}  // namespace osprey::net
