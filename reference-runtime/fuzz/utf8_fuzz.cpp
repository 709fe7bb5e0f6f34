// SPDX-License-Identifier: Apache-2.0
// The validator against a library, whole and cut in two. The first octet says where to cut.
#include <utf8.h>

#include "check.hpp"
#include "wire/utf8.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  if (size == 0) {
    return 0;
  }
  const ConstOctets text(data + 1, size - 1);
  const bool expected = utf8::is_valid(text.begin(), text.end());
  MUST_HOLD(is_utf8(text) == expected);
  const std::size_t cut = std::min<std::size_t>(data[0], text.size());
  Utf8Validator halves;
  const bool accepted = halves.feed(text.first(cut)) && halves.feed(text.subspan(cut));
  MUST_HOLD((accepted && halves.complete()) == expected);
  Utf8Validator single;
  bool alive = true;
  for (const std::uint8_t& octet : text) {
    alive = single.feed({&octet, 1});
  }
  MUST_HOLD(alive == accepted || text.empty());
  return 0;
}
