// SPDX-License-Identifier: Apache-2.0
// Blocking octets on a descriptor that is somebody else's until we close it.
#pragma once

#include <cstdint>

#include "net/blocking_io.hpp"
#include "wire/buffer.hpp"

namespace osprey::api::vais {

using net::Deadline;
using net::kNoDeadline;

[[nodiscard]] bool is_stream_socket(std::int64_t fd);
// All octets, or false.
[[nodiscard]] bool send_all(std::int64_t fd, wire::ConstOctets octets);
// Appends at most WS_RECV_BUFFER octets; false at the end of the connection, on failure and at the
// deadline.
[[nodiscard]] bool receive_some(std::int64_t fd, wire::Buffer& into,
                                Deadline deadline = kNoDeadline);
// Reads and drops until the peer's end.
void await_end(std::int64_t fd, Deadline deadline);
// Ends our side, reads and drops until the peer's end (RFC 6455 §7.1.1), closes.
void end_gently(std::int64_t fd, Deadline deadline);
void close_now(std::int64_t fd);

}  // namespace osprey::api::vais
