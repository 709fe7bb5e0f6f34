// SPDX-License-Identifier: Apache-2.0
// Buffers of a thread, lent to the connection it serves at the moment. Memory pages of `in` are
// touched only as far as bytes arrive.
#pragma once

#include <cstdint>
#include <memory>

#include "wire/buffer.hpp"

namespace osprey::net {

// Bytes read at once: whole bursts of small messages, or several large ones, are served with one
// read and one write.
inline constexpr std::size_t kReadSize = std::size_t{256} * 1024;

struct Scratch {
  wire::Buffer out;     // of the protocol, for the peer
  wire::Buffer cipher;  // of TLS, for the peer
  std::unique_ptr<std::uint8_t[]> in;
  std::unique_ptr<std::uint8_t[]> plain;

  wire::Octets in_space();
  wire::Octets plain_space();
  // Gives back what a large message made grow.
  void tidy();
};

}  // namespace osprey::net
