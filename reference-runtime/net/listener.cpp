// SPDX-License-Identifier: Apache-2.0
#include "net/listener.hpp"

#include <cerrno>

#include "net/outcome.hpp"

namespace osprey::net {
namespace {

// Sockets taken in one round; connections that are open already have their turn in between.
constexpr int kRound = 64;

}  // namespace

Listener::Outcome Listener::accept(const OnSocket& take) {
  for (int taken = 0; taken < kRound;) {
    int fd = -1;
    int error = 0;
    {
      const std::lock_guard lock(mutex_);
      if (!fd_.valid()) {
        return Outcome::drained;
      }
      fd = io().accept(fd_.get(), SOCK_NONBLOCK);
      error = fd < 0 ? errno : 0;
    }
    if (fd >= 0) {
      take(Fd(fd));
      ++taken;
    } else if (error == EAGAIN) {
      return Outcome::drained;
    } else if (error == EINTR || error == ECONNABORTED) {
      ++taken;
    } else {
      // EMFILE and its like, and whatever the network reports for a connection that failed
      // meanwhile: later again.
      return Outcome::starved;
    }
  }
  return Outcome::more;
}

void Listener::close() {
  const std::lock_guard lock(mutex_);
  fd_.reset();
}

}  // namespace osprey::net
