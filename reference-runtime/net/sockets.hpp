// SPDX-License-Identifier: Apache-2.0
// Sockets that listen and sockets that connect, all non-blocking, all through the seam of io.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <osprey/result.hpp>
#include <string>

#include "net/io.hpp"

namespace osprey::net {

struct ListenRequest {
  std::string host;
  std::uint16_t port = 0;  // 0: the system chooses
  int backlog = 4096;
  std::chrono::milliseconds retry{0};  // a busy port is tried again for so long
};

struct Listening {
  Fd fd;
  std::uint16_t port = 0;
};

// The message of an error has address, port and reason. Blocks for `retry` at most.
Result<Listening> listen_on(const ListenRequest& request);

// Tries the host's addresses in turn until one answers or the deadline passes.
Result<Fd> connect_to(const std::string& host, std::uint16_t port,
                      std::chrono::steady_clock::time_point deadline);

}  // namespace osprey::net
