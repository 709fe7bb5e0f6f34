// SPDX-License-Identifier: Apache-2.0
#include "frame.hpp"

#include "fault.hpp"
#include "text.hpp"

namespace sham {
namespace {

constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;

std::uint64_t big_endian(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char c : octets) {
    value = value << 8 | octet(c);
  }
  return value;
}

std::uint64_t received_length(std::string_view field) {
  std::uint64_t length = big_endian(field);
  if (field.size() == 2 && fault(Fault::length_16_little_endian)) {
    length = (length & 255) << 8 | length >> 8;
  }
  if (field.size() == 8 && fault(Fault::length_top_bit_ignored)) {
    length &= ~kTopBit;
  }
  if (field.size() == 8 && fault(Fault::length_cut_to_32_bits)) {
    length &= 0xffffffffU;
  }
  return length;
}

int shortest_form(std::uint64_t length) {
  return length < 126 ? 7 : length < 65536 ? 16 : 64;
}

int sent_form(const FrameHeader& header) {
  const std::uint64_t length = header.length;
  if (header.is_control()) {
    return shortest_form(length);
  }
  if (fault(Fault::overlong_64_sent) || (fault(Fault::form_64_from_65535) && length == 65535) ||
      (fault(Fault::form_64_from_32768) && length >= 32768)) {
    return 64;
  }
  if ((fault(Fault::overlong_16_sent) && length < 126) ||
      (fault(Fault::form_16_from_125) && length == 125) ||
      (fault(Fault::form_16_at_65536) && length == 65536)) {
    return 16;
  }
  if (fault(Fault::form_7_at_126) && (length == 126 || length == 127)) {
    return 7;
  }
  return shortest_form(length);
}

void append_big_endian(std::string& out, std::uint64_t value, int bits) {
  for (int shift = bits - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 255);
  }
}

}  // namespace

std::optional<ReadHeader> read_header(std::string_view octets) {
  if (octets.size() < 2) {
    return std::nullopt;
  }
  const std::uint8_t first = octet(octets[0]);
  const std::uint8_t second = octet(octets[1]);
  ReadHeader read;
  FrameHeader& header = read.header;
  header.fin = (first & 0x80) != 0;
  header.rsv = first >> 4 & 7;
  header.opcode = first & 15;
  const std::uint8_t short_length = second & 0x7f;
  header.form = short_length == 126 ? 16 : short_length == 127 ? 64 : 7;
  const std::size_t extended = header.form == 7 ? 0 : static_cast<std::size_t>(header.form) / 8;
  const bool masked = (second & 0x80) != 0;
  read.size = 2 + extended + (masked ? 4 : 0);
  if (octets.size() < 2 + extended) {
    return std::nullopt;
  }
  header.length = extended == 0 ? short_length : received_length(octets.substr(2, extended));
  if (octets.size() < read.size) {
    // A length that can never come is judged at once, without its key.
    if ((header.length & kTopBit) == 0) {
      return std::nullopt;
    }
    read.size = octets.size();
    header.key = masked ? std::optional(MaskKey{}) : std::nullopt;
    return read;
  }
  if (masked) {
    MaskKey key{};
    for (std::size_t i = 0; i < 4; ++i) {
      key[i] = octet(octets[2 + extended + i]);
    }
    header.key = key;
  }
  return read;
}

void append_header(std::string& out, const FrameHeader& header) {
  const int form = sent_form(header);
  const unsigned fin = header.fin ? 0x80U : 0U;
  out += static_cast<char>(fin | static_cast<unsigned>(header.rsv) << 4 | header.opcode);
  const std::uint64_t short_length = form == 7 ? header.length : form == 16 ? 126U : 127U;
  const unsigned mask_bit = header.key ? 0x80U : 0U;
  out += static_cast<char>(mask_bit | (short_length & 127));
  append_big_endian(out, header.length, form == 7 ? 0 : form);
  if (header.key) {
    for (const std::uint8_t key_octet : *header.key) {
      out += static_cast<char>(key_octet);
    }
  }
}

void apply_mask(std::string& payload, const MaskKey& key, std::size_t offset) {
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(octet(payload[i]) ^ key[(offset + i) % 4]);
  }
}

}  // namespace sham
