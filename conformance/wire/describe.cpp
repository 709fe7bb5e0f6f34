// SPDX-License-Identifier: Apache-2.0
#include "wire/describe.hpp"

#include <algorithm>

#include "wire/utf8.hpp"

namespace conform::wire {

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
