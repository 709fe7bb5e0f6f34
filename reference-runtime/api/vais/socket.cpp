// SPDX-License-Identifier: Apache-2.0
#include "api/vais/socket.hpp"

#include <osprey/vais_websocket.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace osprey::api::vais {
namespace {

// An i64 that can be a descriptor.
bool in_range(std::int64_t fd) {
  return fd >= 0 && fd <= std::numeric_limits<int>::max();
}

bool wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    int span = -1;
    if (deadline != kNoDeadline) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        return false;
      }
      span = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    }
    pollfd ready{fd, events, 0};
    const int count = ::poll(&ready, 1, span);
    if (count > 0) {
      return true;
    }
    if (count < 0 && errno != EINTR) {
      return false;
    }
  }
}

}  // namespace

bool is_stream_socket(std::int64_t fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return in_range(fd) &&
         ::getsockopt(static_cast<int>(fd), SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
         type == SOCK_STREAM;
}

bool send_all(std::int64_t fd, wire::ConstOctets octets) {
  while (in_range(fd) && !octets.empty()) {
    const ssize_t sent = ::send(static_cast<int>(fd), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      octets = octets.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(static_cast<int>(fd), POLLOUT, kNoDeadline)) {
        return false;
      }
    } else if (errno != EINTR) {
      return false;
    }
  }
  return octets.empty();
}

bool receive_some(std::int64_t fd, wire::Buffer& into, Deadline deadline) {
  if (!in_range(fd)) {
    return false;
  }
  const std::size_t before = into.size();
  std::uint8_t* const space = into.extend(WS_RECV_BUFFER);
  ssize_t got = -1;
  while (wait_for(static_cast<int>(fd), POLLIN, deadline)) {
    got = ::recv(static_cast<int>(fd), space, WS_RECV_BUFFER, MSG_DONTWAIT);
    if (got >= 0 || (errno != EINTR && errno != EAGAIN)) {
      break;
    }
  }
  into.truncate(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got > 0;
}

void await_end(std::int64_t fd, Deadline deadline) {
  wire::Buffer dropped;
  while (receive_some(fd, dropped, deadline)) {
    dropped.clear();
  }
}

void end_gently(std::int64_t fd, Deadline deadline) {
  if (!in_range(fd)) {
    return;
  }
  if (::shutdown(static_cast<int>(fd), SHUT_WR) == 0) {
    await_end(fd, deadline);
  }
  close_now(fd);
}

void close_now(std::int64_t fd) {
  if (in_range(fd)) {
    ::close(static_cast<int>(fd));
  }
}

}  // namespace osprey::api::vais
