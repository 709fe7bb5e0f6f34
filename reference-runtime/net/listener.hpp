// SPDX-License-Identifier: Apache-2.0
// A listening socket within a loop.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "net/io.hpp"
#include "net/sockets.hpp"

namespace osprey::net {

class Loop;

class Listener {
 public:
  enum class Outcome : std::uint8_t {
    drained,  // nobody knocks any more
    more,     // a full round was taken, others may be waiting
    starved   // the system lacks descriptors or memory
  };
  // Called for each new socket, possibly by several threads at a time.
  using OnSocket = std::function<void(Loop&, Fd)>;

  Listener(Listening listening, OnSocket on_socket)
      : fd_(std::move(listening.fd)), on_socket_(std::move(on_socket)) {}

  int fd() const { return fd_.get(); }
  Outcome accept(Loop& loop);
  // Frees the port. Whoever accepts at the moment comes to an end first.
  void close();

 private:
  std::mutex mutex_;  // guards fd_ while accepting and closing
  Fd fd_;
  OnSocket on_socket_;
};

}  // namespace osprey::net
