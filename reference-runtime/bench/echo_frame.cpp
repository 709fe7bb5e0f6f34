// SPDX-License-Identifier: Apache-2.0
#include "echo_frame.hpp"

#include <array>
#include <random>

namespace osprey::bench {
namespace {

constexpr unsigned char kText = 0x81;  // FIN and opcode 1
constexpr unsigned char kBinary = 0x82;
constexpr unsigned char kPong = 0x8a;

using Mask = std::array<unsigned char, 4>;

Mask draw_mask() {
  static std::random_device source;
  Mask mask{};
  for (auto& octet : mask) octet = static_cast<unsigned char>(1 + source() % 255);
  return mask;
}

void append_length(std::string& wire, std::size_t size) {
  constexpr unsigned kMasked = 0x80;
  int extra = 0;
  if (size < 126) {
    wire += static_cast<char>(kMasked | size);
  } else if (size < 65536) {
    wire += static_cast<char>(kMasked | 126U);
    extra = 2;
  } else {
    wire += static_cast<char>(kMasked | 127U);
    extra = 8;
  }
  for (int shift = (extra - 1) * 8; shift >= 0; shift -= 8) {
    wire += static_cast<char>((size >> shift) & 0xffU);
  }
}

std::string make_frame(unsigned char first, const std::string& payload) {
  const Mask mask = draw_mask();
  std::string wire(1, static_cast<char>(first));
  append_length(wire, payload.size());
  for (const auto octet : mask) wire += static_cast<char>(octet);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    wire += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i % 4]);
  }
  return wire;
}

std::string make_payload(std::size_t size, Payload kind) {
  std::string payload;
  payload.reserve(size);
  if (kind == Payload::utf8) {
    const std::string word = "Grüße, κόσμε, 日本語 🦅. ";
    while (payload.size() + word.size() <= size) payload += word;
  }
  while (payload.size() < size) {
    payload += static_cast<char>(kind == Payload::binary ? payload.size() * 131 & 0xff
                                                         : 'a' + payload.size() % 26);
  }
  return payload;
}

}  // namespace

EchoFrame make_echo_frame(std::size_t size, Payload kind) {
  EchoFrame frame;
  frame.payload = make_payload(size, kind);
  frame.wire = make_frame(kind == Payload::binary ? kBinary : kText, frame.payload);
  return frame;
}

std::string make_pong(const std::string& payload) {
  return make_frame(kPong, payload);
}

}  // namespace osprey::bench
