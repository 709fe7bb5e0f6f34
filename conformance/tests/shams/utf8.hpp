// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sham {

// Checks text as it comes, in any split; fails at the first octet that cannot be right.
class Utf8Checker {
 public:
  // False once the text is invalid.
  bool feed(std::string_view text);
  // True if the text may end here.
  bool complete() const;
  void reset() { *this = Utf8Checker(); }

 private:
  bool feed_octet(std::uint8_t value);
  bool begin_sequence(std::uint8_t lead);

  int needed_ = 0;  // octets to come
  std::uint8_t low_ = 0x80;
  std::uint8_t high_ = 0xbf;
  std::uint32_t code_point_ = 0;
};

bool is_utf8(std::string_view text);
// With U+FFFD for every octet that is not part of valid text.
std::string with_replacements(std::string_view text);

}  // namespace sham
