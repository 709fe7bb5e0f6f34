// SPDX-License-Identifier: Apache-2.0
#include "wire/utf8.hpp"

#include <cstddef>
#include <cstring>

#include "wire/simd.hpp"

namespace osprey::wire {
namespace {

constexpr std::size_t kBlock = 32;

bool is_continuation(std::uint8_t octet) noexcept {
  return (octet & 0xC0U) == 0x80U;
}

// First octet of [at, end) that is not ASCII, looked for in wide steps; may stop up to 15 octets
// early.
const std::uint8_t* skip_ascii(const std::uint8_t* at, const std::uint8_t* end) noexcept {
  while (static_cast<std::size_t>(end - at) >= 16 && simd::ascii16(at)) {
    at += 16;
  }
  return at;
}

// Where the last character of checked text begins if it may be incomplete, else `end`.
const std::uint8_t* last_boundary(const std::uint8_t* begin, const std::uint8_t* end) noexcept {
  const std::uint8_t* at = end;
  for (int back = 0; back < 3 && at != begin; ++back) {
    --at;
    if (!is_continuation(*at)) {
      return *at < 0x80 ? at + 1 : at;
    }
  }
  return end;  // three continuation octets: the four of a complete character
}

}  // namespace

bool Utf8Validator::step(std::uint8_t octet) noexcept {
  if (remaining_ != 0) {
    // RFC 3629 §3: the second octet's range rules out overlong forms, surrogates and U+110000
    // upwards.
    if (octet < low_ || octet > high_) {
      return false;
    }
    --remaining_;
    low_ = 0x80;
    high_ = 0xBF;
    return true;
  }
  if (octet < 0x80) {
    return true;
  }
  if (octet < 0xC2 || octet > 0xF4) {
    return false;
  }
  if (octet < 0xE0) {
    remaining_ = 1;
  } else if (octet < 0xF0) {
    remaining_ = 2;
    low_ = octet == 0xE0 ? 0xA0 : 0x80;
    high_ = octet == 0xED ? 0x9F : 0xBF;
  } else {
    remaining_ = 3;
    low_ = octet == 0xF0 ? 0x90 : 0x80;
    high_ = octet == 0xF4 ? 0x8F : 0xBF;
  }
  return true;
}

bool Utf8Validator::feed_slowly(const std::uint8_t* at, const std::uint8_t* end) noexcept {
  while (at != end) {
    if (remaining_ == 0) {
      at = skip_ascii(at, end);
      if (at == end) {
        break;
      }
    }
    if (!step(*at++)) {
      failed_ = true;
      return false;
    }
  }
  return true;
}

bool Utf8Validator::feed(ConstOctets octets) noexcept {
  if (failed_) {
    return false;
  }
  const std::uint8_t* at = octets.data();
  const std::uint8_t* const end = at + octets.size();
  while (remaining_ != 0 && at != end) {
    if (!step(*at++)) {
      failed_ = true;
      return false;
    }
  }
  if (static_cast<std::size_t>(end - at) >= 2 * kBlock && simd::has_avx2()) {
    at = skip_ascii(at, end);
    const std::size_t blocks = static_cast<std::size_t>(end - at) / kBlock;
    if (blocks != 0) {
      if (!simd::utf8_blocks_valid(at, blocks)) {
        failed_ = true;
        return false;
      }
      // The blocks may end inside a character: the scalar check takes over where that one begins.
      at = last_boundary(at, at + blocks * kBlock);
    }
  }
  return feed_slowly(at, end);
}

bool is_utf8(ConstOctets octets) noexcept {
  Utf8Validator validator;
  return validator.feed(octets) && validator.complete();
}

bool is_ascii(ConstOctets octets) noexcept {
  const std::uint8_t* const end = octets.data() + octets.size();
  const std::uint8_t* at = skip_ascii(octets.data(), end);
  std::uint8_t all = 0;
  while (at != end) {
    all = static_cast<std::uint8_t>(all | *at++);
    if ((all & 0x80U) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace osprey::wire
