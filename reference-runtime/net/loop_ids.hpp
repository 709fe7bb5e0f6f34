// SPDX-License-Identifier: Apache-2.0
// Ids of what is not a connection: generation 0, which no connection has.
#pragma once

#include <cstdint>

namespace osprey::net {

inline constexpr std::uint64_t kWakeId = 1;
inline constexpr std::uint64_t kTimerId = 2;
inline constexpr std::uint64_t kDrainId = 3;  // the time for an orderly stop is over
inline constexpr std::uint64_t kFirstListenerId = 16;
inline constexpr std::uint64_t kFirstLinkId = std::uint64_t{1} << 32U;

}  // namespace osprey::net
