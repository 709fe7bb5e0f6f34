// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.hpp"

#include <bit>
#include <cstring>

namespace osprey::wire {
namespace {

constexpr unsigned kRsv23 = 0x30;
constexpr unsigned kMaskBit = 0x80;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

template <class Number>
Number big_endian(const std::uint8_t* at) noexcept {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    number = static_cast<Number>((number << 8U) | at[i]);
  }
  return number;
}

template <class Number>
std::uint8_t* put_big_endian(std::uint8_t* to, Number number) noexcept {
  for (std::size_t i = sizeof(Number); i-- > 0; number = static_cast<Number>(number >> 8U)) {
    to[i] = static_cast<std::uint8_t>(number);
  }
  return to + sizeof(Number);
}

WireError rsv1_error(bool control, unsigned opcode, const FrameContext& context) noexcept {
  // RFC 6455 §5.2: a reserved bit needs an extension that gives it a meaning.
  if (!context.deflate) {
    return WireError::reserved_bits;
  }
  // RFC 7692 §6.1: RSV1 belongs to the first frame of a data message only.
  if (control) {
    return WireError::rsv1_on_control;
  }
  return opcode == 0 ? WireError::rsv1_on_continuation : WireError::none;
}

WireError first_octet_error(unsigned octet, const FrameContext& context) noexcept {
  const unsigned opcode = octet & 0x0FU;
  const bool control = (opcode & 0x8U) != 0;
  // RFC 6455 §5.2: RSV2 and RSV3 have no meaning here.
  if ((octet & kRsv23) != 0) {
    return WireError::reserved_bits;
  }
  if ((octet & kRsv1) != 0) {
    const WireError error = rsv1_error(control, opcode, context);
    if (error != WireError::none) {
      return error;
    }
  }
  // RFC 6455 §5.2: opcodes 3 to 7 and B to F are reserved.
  if ((opcode & 0x7U) > 2) {
    return WireError::reserved_opcode;
  }
  if (control) {
    // RFC 6455 §5.5: control frames are never fragmented.
    return (octet & kFin) == 0 ? WireError::fragmented_control : WireError::none;
  }
  // RFC 6455 §5.4: a continuation goes on with a message that has begun, and nothing else does.
  if (opcode == 0) {
    return context.message_open ? WireError::none : WireError::unexpected_continuation;
  }
  return context.message_open ? WireError::interleaved_message : WireError::none;
}

WireError second_octet_error(unsigned octet, bool control, const FrameContext& context) noexcept {
  const bool masked = (octet & kMaskBit) != 0;
  // RFC 6455 §5.1: clients mask every frame, servers none.
  if (masked != (context.role == Role::server)) {
    return masked ? WireError::masked_server_frame : WireError::unmasked_client_frame;
  }
  // RFC 6455 §5.5: control frames carry at most 125 octets.
  return control && (octet & 0x7FU) > kMaxControlPayload ? WireError::control_too_long
                                                         : WireError::none;
}

// Reads the length's further octets, `in` beginning with them.
WireError long_length(const std::uint8_t* in, std::size_t extra, FrameHeader& header) noexcept {
  if (extra == 2) {
    header.length = big_endian<std::uint16_t>(in);
    // RFC 6455 §5.2: the shortest form that holds the length is the only right one.
    return header.length < kLength16 ? WireError::length_not_minimal : WireError::none;
  }
  header.length = big_endian<std::uint64_t>(in);
  // RFC 6455 §5.2: the top bit of a 64-bit length is zero.
  if ((header.length >> 63U) != 0) {
    return WireError::length_top_bit;
  }
  return header.length <= 0xFFFF ? WireError::length_not_minimal : WireError::none;
}

}  // namespace

HeaderParse parse_frame_header(ConstOctets in, const FrameContext& context,
                               FrameHeader& header) noexcept {
  if (in.empty()) {
    return {};
  }
  const unsigned first = in[0];
  WireError error = first_octet_error(first, context);
  if (error != WireError::none || in.size() < 2) {
    return {error, 0};
  }
  header.opcode = static_cast<Opcode>(first & 0x0FU);
  header.fin = (first & kFin) != 0;
  header.rsv1 = (first & kRsv1) != 0;
  const unsigned second = in[1];
  error = second_octet_error(second, is_control(header.opcode), context);
  if (error != WireError::none) {
    return {error, 0};
  }
  header.masked = (second & kMaskBit) != 0;
  header.length = second & 0x7FU;
  std::size_t size = 2;
  if (header.length >= kLength16) {
    const std::size_t extra = header.length == kLength16 ? 2 : 8;
    if (in.size() < size + extra) {
      return {};
    }
    error = long_length(in.data() + size, extra, header);
    if (error != WireError::none) {
      return {error, 0};
    }
    size += extra;
  }
  if (header.masked) {
    if (in.size() < size + header.key.size()) {
      return {};
    }
    std::memcpy(header.key.data(), in.data() + size, header.key.size());
    size += header.key.size();
  }
  return {WireError::none, static_cast<std::uint8_t>(size)};
}

std::size_t write_frame_header(std::uint8_t* to, const FrameHeader& header) noexcept {
  std::uint8_t* at = to;
  *at++ = static_cast<std::uint8_t>((header.fin ? kFin : 0U) | (header.rsv1 ? kRsv1 : 0U) |
                                    static_cast<unsigned>(header.opcode));
  const unsigned mask = header.masked ? kMaskBit : 0U;
  if (header.length < kLength16) {
    *at++ = static_cast<std::uint8_t>(mask | static_cast<unsigned>(header.length));
  } else if (header.length <= 0xFFFF) {
    *at++ = static_cast<std::uint8_t>(mask | kLength16);
    at = put_big_endian(at, static_cast<std::uint16_t>(header.length));
  } else {
    *at++ = static_cast<std::uint8_t>(mask | kLength64);
    at = put_big_endian(at, header.length);
  }
  if (header.masked) {
    std::memcpy(at, header.key.data(), header.key.size());
    at += header.key.size();
  }
  return static_cast<std::size_t>(at - to);
}

}  // namespace osprey::wire
