// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "check.hpp"
#include "wire/http_head.hpp"

namespace osprey::wire::fuzz {

// The head at the front of `input`, read whole and again octet by octet; nothing when there is
// none.
inline std::optional<std::string> head_of(ConstOctets input, HeadKind kind) {
  constexpr std::size_t kLimit = 4096;
  HeadReader whole(kLimit, kind);
  const std::size_t taken = whole.feed(input);
  HeadReader single(kLimit, kind);
  std::size_t single_taken = 0;
  for (const std::uint8_t& octet : input) {
    single_taken += single.feed({&octet, 1});
  }
  MUST_HOLD(whole.state() == single.state());
  MUST_HOLD(whole.error() == single.error());
  MUST_HOLD(taken == single_taken);
  MUST_HOLD(whole.text() == single.text());
  if (whole.state() != HeadReader::State::complete) {
    return std::nullopt;
  }
  return std::string(whole.text());
}

}  // namespace osprey::wire::fuzz
