// SPDX-License-Identifier: Apache-2.0
#include "wire/mask.hpp"

namespace osprey::wire {
namespace {

constexpr std::size_t kWideFrom = 128;  // shorter payloads do not repay the wider registers

bool mask_into(std::uint8_t* to, const std::uint8_t* from, std::size_t n,
               const MaskKey& key) noexcept {
  std::uint32_t word = 0;
  std::memcpy(&word, key.data(), sizeof word);
  unsigned seen = 0;
  if (n >= kWideFrom && simd::has_avx2()) {
    // RFC 6455 §5.3: octet i is combined with key octet i mod 4; whole blocks keep the key in step.
    const std::size_t wide = n & ~std::size_t{31};
    seen = simd::xor_avx2(to, from, wide, word);
    to += wide;
    from += wide;
    n -= wide;
  }
  return ((seen | simd::xor_baseline(to, from, n, word)) & 0x80U) == 0;
}

}  // namespace

bool apply_mask(Octets octets, const MaskKey& key) noexcept {
  return mask_into(octets.data(), octets.data(), octets.size(), key);
}

bool copy_masked(std::uint8_t* to, ConstOctets from, const MaskKey& key) noexcept {
  return mask_into(to, from.data(), from.size(), key);
}

}  // namespace osprey::wire
