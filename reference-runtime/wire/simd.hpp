// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Wide-register kernels of the UTF-8 check and the mask. SSE2 is the baseline on x86-64, AVX2 is
// chosen at run time, and other processors get 64-bit words.
namespace osprey::wire::simd {

// Always the same answer in one process.
[[nodiscard]] bool has_avx2() noexcept;

// True when 16 octets are all ASCII.
[[nodiscard]] inline bool ascii16(const std::uint8_t* at) noexcept {
#if defined(__SSE2__)
  return _mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))) == 0;
#else
  std::uint64_t words[2];
  std::memcpy(words, at, sizeof words);
  return ((words[0] | words[1]) & 0x8080808080808080U) == 0;
#endif
}

// Checks blocks of 32 octets that begin at a character. A character cut by the end is not an error.
// Needs AVX2.
[[nodiscard]] bool utf8_blocks_valid(const std::uint8_t* at, std::size_t blocks) noexcept;

// to[i] = from[i] ^ key octet i mod 4; `to` may be `from`. The or of all results is returned. `key`
// in memory order.
std::uint8_t xor_baseline(std::uint8_t* to, const std::uint8_t* from, std::size_t n,
                          std::uint32_t key) noexcept;
// The same, n a multiple of 32. Needs AVX2.
std::uint8_t xor_avx2(std::uint8_t* to, const std::uint8_t* from, std::size_t n,
                      std::uint32_t key) noexcept;

}  // namespace osprey::wire::simd
