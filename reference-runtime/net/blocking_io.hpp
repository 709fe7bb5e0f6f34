// SPDX-License-Identifier: Apache-2.0
// Calls on a socket that wait, each held to a deadline; the socket itself may block or not.
#pragma once

#include <chrono>
#include <osprey/result.hpp>

#include "wire/buffer.hpp"

namespace osprey::net {

using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline kNoDeadline = Deadline::max();

// Until one of poll's `events` is there.
Result<void> wait_for(int fd, short events, Deadline deadline);
// All of them.
Result<void> send_all(int fd, wire::ConstOctets octets, Deadline deadline);
// At least one byte, or 0: the peer ended the connection.
Result<std::size_t> receive_some(int fd, wire::Octets into, Deadline deadline);

}  // namespace osprey::net
