// SPDX-License-Identifier: Apache-2.0
#include "net/blocking_io.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "net/io.hpp"
#include "net/outcome.hpp"

namespace osprey::net {
namespace {

Error lost(std::string what, int error) {
  return system_error(ErrorCode::connect_failed, std::move(what), error);
}

Error too_late() {
  return {ErrorCode::timed_out, "the peer did not answer in time", 0};
}

// For poll(); negative: for ever. 0: the deadline has passed.
int milliseconds_until(Deadline deadline) {
  if (deadline == kNoDeadline) {
    return -1;
  }
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

}  // namespace

Result<void> wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    const int span = milliseconds_until(deadline);
    if (span == 0) {
      return too_late();
    }
    pollfd ready{fd, events, 0};
    const int count = io().poll(&ready, 1, span);
    if (count > 0) {
      return {};
    }
    if (count < 0 && errno != EINTR) {
      return lost("waiting for the peer", errno);
    }
  }
}

Result<void> send_all(int fd, wire::ConstOctets octets, Deadline deadline) {
  while (!octets.empty()) {
    const ssize_t sent = io().send(fd, octets.data(), octets.size(), MSG_DONTWAIT);
    if (sent >= 0) {
      octets = octets.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto waited = wait_for(fd, POLLOUT, deadline); !waited) {
        return waited;
      }
    } else if (errno != EINTR) {
      return lost("sending", errno);
    }
  }
  return {};
}

Result<std::size_t> receive_some(int fd, wire::Octets into, Deadline deadline) {
  // Also a peer that never stops sending is held to the deadline.
  while (milliseconds_until(deadline) != 0) {
    const ssize_t got = io().receive(fd, into.data(), into.size(), MSG_DONTWAIT);
    if (got >= 0) {
      return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN) {
      if (auto waited = wait_for(fd, POLLIN, deadline); !waited) {
        return waited.error();
      }
    } else if (errno != EINTR) {
      return lost("receiving", errno);
    }
  }
  return too_late();
}

}  // namespace osprey::net
