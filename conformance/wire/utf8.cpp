// SPDX-License-Identifier: Apache-2.0
#include "wire/utf8.hpp"

#include <cstring>

namespace conform::wire {

// Length of the sequence that starts at `p`, or 0 when it is none.
static std::size_t sequence_length(const unsigned char* p, std::size_t left) {
  const auto follows = [&](std::size_t i, unsigned low, unsigned high) {
    return i < left && p[i] >= low && p[i] <= high;
  };
  const unsigned first = p[0];
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2, 0x80, 0xBF) && follows(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

bool valid_utf8(OctetView octets) {
  const auto* p = reinterpret_cast<const unsigned char*>(octets.data());
  std::size_t left = octets.size();
  while (left != 0) {
    if (left >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, p, 8);
      if ((word & 0x8080808080808080ULL) == 0) {
        p += 8;
        left -= 8;
        continue;
      }
    }
    const std::size_t n = sequence_length(p, left);
    if (n == 0) return false;
    p += n;
    left -= n;
  }
  return true;
}

std::size_t start_of_code_point(OctetView text, std::size_t at) {
  while (at < text.size() && at > 0 && (octet_at(text, at) & 0xC0U) == 0x80U) --at;
  return at;
}

}  // namespace conform::wire
