// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace conform {

// What the program at the other end of a TCP connection has taken so far, as the kernel tells it
// when both ends are on this host and in this network namespace.
class PeerQueue {
 public:
  enum class Taken : std::uint8_t {
    yes,
    no,
    unseen,  // the other end is not on this host, or the kernel does not say
  };
  // Of a connected socket.
  explicit PeerQueue(int fd);
  // Whether the program has read all that was sent.
  Taken taken() const;

 private:
  int fd_;
  std::uint8_t family_ = 0;
  std::uint16_t own_port_ = 0, peer_port_ = 0;  // in network order
  std::uint32_t own_[4] = {}, peer_[4] = {};
};

}  // namespace conform
