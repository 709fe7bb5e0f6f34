// SPDX-License-Identifier: Apache-2.0
#include "wire/octets.hpp"

#include <algorithm>

#include "wire/utf8.hpp"

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

static bool printable(OctetView octets) {
  if (!valid_utf8(octets)) return false;
  for (const char c : octets) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7f) return false;
  }
  return true;
}

std::string describe(OctetView octets, std::size_t limit) {
  // Only what is shown is looked at: a message may be long and is described at every look at what
  // came.
  const std::size_t cut = start_of_code_point(octets, std::min(octets.size(), limit));
  const OctetView shown = octets.substr(0, cut);
  if (!printable(shown)) return to_hex(octets, limit / 2);
  if (cut == octets.size()) return "\"" + std::string(octets) + "\"";
  return "\"" + std::string(shown) + "…\" (" + std::to_string(octets.size()) + " bytes)";
}

}  // namespace conform::wire
