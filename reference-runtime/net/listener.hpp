// SPDX-License-Identifier: Apache-2.0
// A listening socket that several threads may accept from.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "net/io.hpp"
#include "net/sockets.hpp"

namespace osprey::net {

class Listener {
 public:
  enum class Outcome : std::uint8_t {
    drained,  // nobody knocks any more
    more,     // a full round was taken, others may be waiting
    starved   // the system lacks descriptors or memory
  };
  using OnSocket = std::function<void(Fd)>;

  explicit Listener(Listening listening) : fd_(std::move(listening.fd)) {}

  int fd() const { return fd_.get(); }
  // Gives each new socket to `take`.
  Outcome accept(const OnSocket& take);
  // Frees the port. Whoever accepts at the moment comes to an end first.
  void close();

 private:
  std::mutex mutex_;  // guards fd_ while accepting and closing
  Fd fd_;
};

}  // namespace osprey::net
