// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "wire/octets.hpp"

namespace conform::wire {

inline constexpr std::uint8_t kContinuation = 0;
inline constexpr std::uint8_t kText = 1;
inline constexpr std::uint8_t kBinary = 2;
inline constexpr std::uint8_t kClose = 8;
inline constexpr std::uint8_t kPing = 9;
inline constexpr std::uint8_t kPong = 10;

constexpr bool is_control(unsigned opcode) {
  return (opcode & 8U) != 0;
}

using MaskKey = std::array<std::uint8_t, 4>;

enum class LengthForm : std::uint8_t { shortest = 0, bits7 = 7, bits16 = 16, bits64 = 64 };

// Any frame, also a wrong one.
struct FrameSpec {
  std::uint8_t opcode = kText;
  bool fin = true;
  std::uint8_t rsv = 0;  // RSV1 = 4, RSV2 = 2, RSV3 = 1
  std::optional<MaskKey> key;
  LengthForm form = LengthForm::shortest;
  std::optional<std::uint64_t> announced;  // in place of the payload's size
};

// Appends header, key and (masked) payload.
void append_frame(const FrameSpec& spec, OctetView payload, Octets& out);

// XORs with the key, octet `offset` of the payload first (RFC 6455 §5.3).
void apply_mask(const MaskKey& key, char* octets, std::size_t size, std::size_t offset = 0);

}  // namespace conform::wire
