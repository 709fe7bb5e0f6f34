// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace osprey::bench {

enum class Payload : std::uint8_t { ascii, utf8, binary };

// One message of the load: what is sent for it and what must come back.
struct EchoFrame {
  std::string wire;     // the masked frame of a client
  std::string payload;  // what the server has to answer with
};

// A message of `size` octets. The mask is drawn anew for each call and never zero.
EchoFrame make_echo_frame(std::size_t size, Payload kind);

// A masked pong with `payload` (at most 125 octets).
std::string make_pong(const std::string& payload);

}  // namespace osprey::bench
