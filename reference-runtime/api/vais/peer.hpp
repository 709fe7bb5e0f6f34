// SPDX-License-Identifier: Apache-2.0
// What a connection has to remember besides the four numbers of WsConnection: octets read ahead,
// the message that is open, the ping that waits for its pong. Kept by descriptor, because a
// WsConnection is a value that Vais copies.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "wire/buffer.hpp"
#include "wire/utf8.hpp"

namespace osprey::api::vais {

struct Peer {
  wire::Buffer ahead;              // read from the socket, not yet consumed
  wire::Utf8Validator text;        // of the text message that is open
  std::vector<std::uint8_t> ping;  // payload of the latest ping without a pong
  bool message_open = false;
  bool message_is_text = false;
  bool close_received = false;
};

// A fresh entry for a descriptor, replacing what an earlier user of the number left.
std::shared_ptr<Peer> new_peer(std::int64_t fd);
// Made on demand, so that a WsConnection that was filled in by hand works too.
std::shared_ptr<Peer> peer_of(std::int64_t fd);
void forget_peer(std::int64_t fd);

}  // namespace osprey::api::vais
