// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// RFC 6455 §5.2: the frame header.
namespace sham {

constexpr std::uint8_t kContinuation = 0;
constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kBinary = 2;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;

constexpr std::uint8_t kRsv1 = 4;  // bits of FrameHeader::rsv
constexpr std::uint8_t kRsv2 = 2;
constexpr std::uint8_t kRsv3 = 1;

using MaskKey = std::array<std::uint8_t, 4>;

struct FrameHeader {
  bool fin = true;
  std::uint8_t rsv = 0;
  std::uint8_t opcode = kText;
  std::optional<MaskKey> key;
  std::uint64_t length = 0;  // octets of payload
  int form = 7;              // bits of the length field used: 7, 16 or 64

  bool is_control() const { return opcode >= 8; }
};

struct ReadHeader {
  FrameHeader header;
  std::size_t size;  // octets the header took
};

// nullopt while the header is not complete.
std::optional<ReadHeader> read_header(std::string_view octets);

// Appends the header in the shortest form.
void append_header(std::string& out, const FrameHeader& header);

// RFC 6455 §5.3: payload octet i is combined with key octet i mod 4; `offset` is i of the first
// octet.
void apply_mask(std::string& payload, const MaskKey& key, std::size_t offset = 0);

}  // namespace sham
