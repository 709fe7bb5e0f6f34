// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <osprey/connection.hpp>
#include <span>

#include "net/loop.hpp"

namespace osprey::net {

// Sends a message to every WebSocket connection of a loop that is open. Any thread; waits for none
// of them. Returns how many it was given to; a connection that ends in the same moment may still be
// counted.
std::size_t broadcast(const std::shared_ptr<Loop>& loop, MessageKind kind,
                      std::span<const std::uint8_t> octets);

}  // namespace osprey::net
