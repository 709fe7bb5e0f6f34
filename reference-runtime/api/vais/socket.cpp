// SPDX-License-Identifier: Apache-2.0
#include "api/vais/socket.hpp"

#include <osprey/vais_websocket.h>
#include <sys/socket.h>

#include <limits>

#include "net/io.hpp"

namespace osprey::api::vais {
namespace {

// -1 for an i64 that cannot be a descriptor; then every call fails.
int descriptor(std::int64_t fd) {
  return fd >= 0 && fd <= std::numeric_limits<int>::max() ? static_cast<int>(fd) : -1;
}

}  // namespace

bool is_stream_socket(std::int64_t fd) {
  int type = 0;
  return net::io().get_option(descriptor(fd), SOL_SOCKET, SO_TYPE, &type) == 0 &&
         type == SOCK_STREAM;
}

bool send_all(std::int64_t fd, wire::ConstOctets octets) {
  return bool(net::send_all(descriptor(fd), octets, kNoDeadline));
}

bool receive_some(std::int64_t fd, wire::Buffer& into, Deadline deadline) {
  const std::size_t before = into.size();
  std::uint8_t* const space = into.extend(WS_RECV_BUFFER);
  const auto got = net::receive_some(descriptor(fd), {space, WS_RECV_BUFFER}, deadline);
  const std::size_t count = got ? got.value() : 0;
  into.truncate(before + count);
  return count > 0;
}

void await_end(std::int64_t fd, Deadline deadline) {
  wire::Buffer dropped;
  while (receive_some(fd, dropped, deadline)) {
    dropped.clear();
  }
}

void end_gently(std::int64_t fd, Deadline deadline) {
  if (net::io().shutdown(descriptor(fd), SHUT_WR) == 0) {
    await_end(fd, deadline);
  }
  close_now(fd);
}

void close_now(std::int64_t fd) {
  const net::Fd closing(descriptor(fd));
}

}  // namespace osprey::api::vais
