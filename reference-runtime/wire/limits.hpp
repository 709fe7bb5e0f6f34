// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace osprey::wire {

// What one connection may cost. One object is shared by all connections and outlives them; it must
// not change meanwhile.
struct Limits {
  std::size_t header_block =
      std::size_t{16} * 1024;  // octets of an HTTP head, its empty line included
  std::size_t message = std::size_t{16} * 1024 *
                        1024;  // octets of a message, after inflating; each frame is held to it too
  std::size_t fragments = std::size_t{128} * 1024;  // frames of one message
  std::size_t queued =
      std::size_t{16} * 1024 * 1024;  // octets waiting to be written, see Session::receive
};

}  // namespace osprey::wire
