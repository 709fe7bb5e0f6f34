// SPDX-License-Identifier: Apache-2.0
#include "net/broadcast.hpp"

namespace osprey::net {

std::size_t broadcast(const std::shared_ptr<Loop>& loop, MessageKind kind,
                      std::span<const std::uint8_t> octets) {
  std::size_t given = 0;
  for (const std::uint64_t id : loop->live()) {
    // Connections that speak HTTP refuse it.
    if (loop->is_open(id) && Connection(loop, id).send(kind, octets)) {
      ++given;
    }
  }
  return given;
}

}  // namespace osprey::net
