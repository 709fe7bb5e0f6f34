// SPDX-License-Identifier: Apache-2.0
#include "wire/octets.hpp"

namespace conform::wire {

std::string to_hex(OctetView octets, std::size_t limit) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  const std::size_t shown = octets.size() < limit ? octets.size() : limit;
  out.reserve(shown * 3 + 24);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) out += ' ';
    out += kDigits[octet_at(octets, i) >> 4U];
    out += kDigits[octet_at(octets, i) & 15U];
  }
  if (shown < octets.size()) out += " (+" + std::to_string(octets.size() - shown) + ")";
  return out;
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool from_hex(std::string_view text, Octets& out) {
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n') continue;
    const int value = digit_value(c);
    if (value < 0) return false;
    if (high < 0) {
      high = value;
    } else {
      out += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  return high < 0;
}

}  // namespace conform::wire
