// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace conform {

// What the program at the other end of a TCP connection has taken so far, as the kernel tells it
// when both ends are on this host and in this network namespace.
class PeerQueue {
 public:
  struct State {
    bool seen = false;        // else the other end is not on this host, or the kernel does not say
    bool all_taken = false;   // the program has read all that was sent
    std::uint64_t taken = 0;  // bytes it has read since the connection began
  };
  // Of a connected socket.
  explicit PeerQueue(int fd);
  State state() const;

 private:
  int fd_;
  std::uint8_t family_ = 0;
  std::uint16_t own_port_ = 0, peer_port_ = 0;  // in network order
  std::uint32_t own_[4] = {}, peer_[4] = {};
};

}  // namespace conform
