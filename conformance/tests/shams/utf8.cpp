// SPDX-License-Identifier: Apache-2.0
#include "utf8.hpp"

#include "fault.hpp"
#include "text.hpp"

namespace sham {

bool Utf8Checker::feed(std::string_view text) {
  for (const char c : text) {
    const std::uint8_t value = octet(c);
    if (needed_ == 0 && value < 0x80) {
      continue;
    }
    if (!feed_octet(value)) {
      return false;
    }
  }
  return true;
}

bool Utf8Checker::complete() const {
  return needed_ == 0 || fault(Fault::unfinished_end_accepted);
}

bool Utf8Checker::feed_octet(std::uint8_t value) {
  if (needed_ == 0) {
    return begin_sequence(value);
  }
  if (value < low_ || value > high_) {
    return false;
  }
  low_ = 0x80;
  high_ = 0xbf;
  code_point_ = code_point_ << 6 | (value & 0x3fU);
  --needed_;
  const bool noncharacter = needed_ == 0 && (code_point_ & 0xfffeU) == 0xfffeU;
  return !noncharacter || !fault(Fault::noncharacters_refused);
}

// The second octet's range shuts out overlong forms, surrogates and what lies above U+10FFFF.
bool Utf8Checker::begin_sequence(std::uint8_t lead) {
  low_ = 0x80;
  high_ = 0xbf;
  if (lead < 0xc0) {
    return fault(Fault::stray_tail_accepted);
  }
  const bool overlong_ok = fault(Fault::overlong_accepted);
  if (lead < 0xe0) {
    needed_ = 1;
    code_point_ = lead & 0x1fU;
    return lead >= 0xc2 || overlong_ok;
  }
  if (lead < 0xf0) {
    needed_ = 2;
    code_point_ = lead & 0x0fU;
    low_ = lead == 0xe0 && !overlong_ok ? 0xa0 : 0x80;
    high_ = lead == 0xed && !fault(Fault::surrogates_accepted) ? 0x9f : 0xbf;
    return true;
  }
  if (lead < 0xf8) {
    const bool above_ok = fault(Fault::above_10ffff_accepted);
    needed_ = 3;
    code_point_ = lead & 0x07U;
    low_ = lead == 0xf0 && !overlong_ok ? 0x90 : 0x80;
    high_ = lead == 0xf4 && !above_ok ? 0x8f : 0xbf;
    return (lead <= 0xf4 || above_ok) && !fault(Fault::four_octets_refused);
  }
  needed_ = lead < 0xfc ? 4 : 5;
  return lead < 0xfe && fault(Fault::long_sequences_accepted);
}

bool is_utf8(std::string_view text) {
  Utf8Checker checker;
  return checker.feed(text) && checker.complete();
}

std::string with_replacements(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (length < 4 && i + length < text.size() && !is_utf8(text.substr(i, length))) {
      ++length;
    }
    if (is_utf8(text.substr(i, length))) {
      result += text.substr(i, length);
      i += length;
    } else {
      result += "\xef\xbf\xbd";
      ++i;
    }
  }
  return result;
}

}  // namespace sham
