// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/buffer.hpp"
#include "wire/error.hpp"
#include "wire/mask.hpp"

namespace osprey::wire {

enum class Role : std::uint8_t { server, client };  // ours
enum class MessageKind : std::uint8_t { text = 1, binary = 2 };
enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

// RFC 6455 §5.2: bits of a frame's first octet.
inline constexpr unsigned kFin = 0x80;
inline constexpr unsigned kRsv1 = 0x40;
inline constexpr std::size_t kMaxFrameHeader = 14;  // 2 + 8 of length + 4 of key
inline constexpr std::size_t kMaxControlPayload = 125;

[[nodiscard]] constexpr bool is_control(Opcode opcode) noexcept {
  return (static_cast<std::uint8_t>(opcode) & 0x8U) != 0;
}

// RFC 6455 §5.2. `length` is the payload's; `key` counts only when masked.
struct FrameHeader {
  std::uint64_t length = 0;
  MaskKey key{};
  Opcode opcode = Opcode::text;
  bool fin = true;
  bool rsv1 = false;
  bool masked = false;
};

// What a reader must know to judge a header.
struct FrameContext {
  Role role = Role::server;  // ours: a server takes masked frames only, a client unmasked ones only
  bool deflate = false;      // permessage-deflate is in use, so RSV1 may be set
  bool message_open = false;  // a fragmented message has begun
};

struct HeaderParse {
  WireError error = WireError::none;  // set as soon as the octets so far break a rule
  std::uint8_t size = 0;              // octets of the header; 0 while more are needed or on error
};

// Reads a header from the front of `in`, which may be cut anywhere. No limit on the length is
// applied here.
[[nodiscard]] HeaderParse parse_frame_header(ConstOctets in, const FrameContext& context,
                                             FrameHeader& header) noexcept;

// Writes the shortest form; `to` has room for kMaxFrameHeader octets. Returns the octets written.
std::size_t write_frame_header(std::uint8_t* to, const FrameHeader& header) noexcept;

// RFC 6455 §7.4 and the IANA registry: codes that may stand in a Close frame.
[[nodiscard]] constexpr bool is_wire_close_code(unsigned code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace osprey::wire
