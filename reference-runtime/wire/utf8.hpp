// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "wire/buffer.hpp"

namespace osprey::wire {

// Incremental UTF-8 check (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
// Fails at the first octet that no valid text can hold at that place, wherever the input is cut.
// Four octets of state.
class Utf8Validator {
 public:
  // False as soon as the text so far cannot be the beginning of valid UTF-8; then every later call
  // is false too.
  bool feed(ConstOctets octets) noexcept;
  // True when the text so far is valid and ends between two characters.
  [[nodiscard]] bool complete() const noexcept { return !failed_ && remaining_ == 0; }
  void reset() noexcept { *this = Utf8Validator{}; }

 private:
  bool step(std::uint8_t octet) noexcept;
  bool feed_slowly(const std::uint8_t* at, const std::uint8_t* end) noexcept;

  std::uint8_t remaining_ = 0;  // continuation octets still due
  std::uint8_t low_ = 0x80;     // bounds of the next continuation octet
  std::uint8_t high_ = 0xBF;
  bool failed_ = false;
};

// Whole text at once.
[[nodiscard]] bool is_utf8(ConstOctets octets) noexcept;
[[nodiscard]] bool is_ascii(ConstOctets octets) noexcept;

}  // namespace osprey::wire
