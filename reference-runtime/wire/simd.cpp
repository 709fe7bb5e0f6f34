// SPDX-License-Identifier: Apache-2.0
#include "wire/simd.hpp"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#define OSPREY_AVX2 __attribute__((target("avx2")))
#endif

namespace osprey::wire::simd {
namespace {

template <class Word>
Word load(const std::uint8_t* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

template <class Word>
void store(std::uint8_t* at, Word word) noexcept {
  std::memcpy(at, &word, sizeof word);
}

std::uint8_t folded(std::uint64_t word) noexcept {
  word |= word >> 32U;
  word |= word >> 16U;
  word |= word >> 8U;
  return static_cast<std::uint8_t>(word);
}

}  // namespace

std::uint8_t xor_baseline(std::uint8_t* to, const std::uint8_t* from, std::size_t n,
                          std::uint32_t key) noexcept {
  std::uint64_t seen = 0;
  const std::uint64_t key8 = (std::uint64_t{key} << 32U) | key;
#if defined(__SSE2__)
  const __m128i key16 = _mm_set1_epi32(static_cast<int>(key));
  __m128i seen16 = _mm_setzero_si128();
  for (; n >= 16; n -= 16, to += 16, from += 16) {
    const __m128i plain =
        _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), key16);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), plain);
    seen16 = _mm_or_si128(seen16, plain);
  }
  seen = static_cast<std::uint64_t>(_mm_cvtsi128_si64(seen16)) |
         static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_srli_si128(seen16, 8)));
#endif
  for (; n >= 8; n -= 8, to += 8, from += 8) {
    const std::uint64_t plain = load<std::uint64_t>(from) ^ key8;
    store(to, plain);
    seen |= plain;
  }
  if (n >= 4) {
    const std::uint32_t plain = load<std::uint32_t>(from) ^ key;
    store(to, plain);
    seen |= plain;
    n -= 4;
    to += 4;
    from += 4;
  }
  std::uint8_t key_octets[4];
  store(key_octets, key);
  for (std::size_t i = 0; i < n; ++i) {
    to[i] = from[i] ^ key_octets[i];
    seen |= to[i];
  }
  return folded(seen);
}

#if defined(__x86_64__)

bool has_avx2() noexcept {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

OSPREY_AVX2 std::uint8_t xor_avx2(std::uint8_t* to, const std::uint8_t* from, std::size_t n,
                                  std::uint32_t key) noexcept {
  const __m256i key32 = _mm256_set1_epi32(static_cast<int>(key));
  __m256i seen = _mm256_setzero_si256();
  for (std::size_t i = 0; i < n; i += 32) {
    const __m256i plain =
        _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i)), key32);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), plain);
    seen = _mm256_or_si256(seen, plain);
  }
  std::uint64_t words[4];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(words), seen);
  return folded(words[0] | words[1] | words[2] | words[3]);
}

namespace {

// The method of Keiser and Lemire ("Validating UTF-8 In Less Than One Instruction Per Byte", 2021):
// every wrong pair of neighbouring octets is known by the high and low nibble of the first and the
// high nibble of the second. A class of wrong pairs is one bit; three table look-ups and an AND
// find the classes a pair belongs to.
struct WrongPair {
  std::uint16_t first_high;  // sets of nibbles, bit i for nibble i
  std::uint16_t first_low;
  std::uint16_t second_high;
};

constexpr std::uint16_t nibbles(unsigned from, unsigned to) noexcept {
  unsigned set = 0;
  for (unsigned i = from; i <= to; ++i) {
    set |= 1U << i;
  }
  return static_cast<std::uint16_t>(set);
}

constexpr std::uint16_t kAny = 0xFFFF;
constexpr std::uint16_t kAscii = nibbles(0x0, 0x7);
constexpr std::uint16_t kContinuation = nibbles(0x8, 0xB);
constexpr std::uint16_t kLead = nibbles(0xC, 0xF);

constexpr std::array<WrongPair, 8> kWrongPairs = {{
    {kLead, kAny, kAscii | kLead},                              // cut short
    {kAscii, kAny, kContinuation},                              // no lead
    {nibbles(0xC, 0xC), nibbles(0, 1), kContinuation},          // overlong, 2 octets
    {nibbles(0xE, 0xE), nibbles(0, 0), nibbles(0x8, 0x9)},      // overlong, 3 octets
    {nibbles(0xE, 0xE), nibbles(0xD, 0xD), nibbles(0xA, 0xB)},  // surrogate
    {nibbles(0xF, 0xF), nibbles(0x4, 0xF), nibbles(0x9, 0xB)},  // above U+10FFFF
    {nibbles(0xF, 0xF), nibbles(0, 0) | nibbles(0x5, 0xF),
     nibbles(0x8, 0x8)},  // overlong, 4, or above
    {kContinuation, kAny,
     kContinuation},  // only right as the third or fourth octet: bit 7, see below
}};

template <std::uint16_t WrongPair::*Set>
constexpr std::array<std::uint8_t, 32> lookup_table() noexcept {
  std::array<std::uint8_t, 32> table{};
  for (unsigned nibble = 0; nibble < 16; ++nibble) {
    unsigned classes = 0;
    for (unsigned bit = 0; bit < kWrongPairs.size(); ++bit) {
      classes |= ((static_cast<unsigned>(kWrongPairs[bit].*Set) >> nibble) & 1U) << bit;
    }
    table[nibble] = table[nibble + 16] = static_cast<std::uint8_t>(classes);
  }
  return table;
}

constexpr auto kFirstHigh = lookup_table<&WrongPair::first_high>();
constexpr auto kFirstLow = lookup_table<&WrongPair::first_low>();
constexpr auto kSecondHigh = lookup_table<&WrongPair::second_high>();

OSPREY_AVX2 inline __m256i load_table(const std::array<std::uint8_t, 32>& table) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(table.data()));
}

}  // namespace

OSPREY_AVX2 bool utf8_blocks_valid(const std::uint8_t* at, std::size_t blocks) noexcept {
  const __m256i first_high = load_table(kFirstHigh);
  const __m256i first_low = load_table(kFirstLow);
  const __m256i second_high = load_table(kSecondHigh);
  const __m256i low_nibble = _mm256_set1_epi8(0x0F);
  const __m256i bit7 = _mm256_set1_epi8(static_cast<char>(0x80));
  __m256i before = _mm256_setzero_si256();
  __m256i wrong = _mm256_setzero_si256();
  for (std::size_t i = 0; i < blocks; ++i) {
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32 * i));
    // The same octets one, two and three places later.
    const __m256i joint = _mm256_permute2x128_si256(before, here, 0x21);
    const __m256i one = _mm256_alignr_epi8(here, joint, 15);
    const __m256i two = _mm256_alignr_epi8(here, joint, 14);
    const __m256i three = _mm256_alignr_epi8(here, joint, 13);
    const __m256i one_high = _mm256_and_si256(_mm256_srli_epi16(one, 4), low_nibble);
    const __m256i here_high = _mm256_and_si256(_mm256_srli_epi16(here, 4), low_nibble);
    const __m256i classes = _mm256_and_si256(
        _mm256_and_si256(_mm256_shuffle_epi8(first_high, one_high),
                         _mm256_shuffle_epi8(first_low, _mm256_and_si256(one, low_nibble))),
        _mm256_shuffle_epi8(second_high, here_high));
    // Bit 7 (two continuations in a row) must be set exactly on third and fourth octets.
    const __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8(0xE0 - 0x80));
    const __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8(0xF0 - 0x80));
    const __m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), bit7);
    wrong = _mm256_or_si256(wrong, _mm256_xor_si256(classes, due));
    before = here;
  }
  return _mm256_testz_si256(wrong, wrong) != 0;
}

#else

bool has_avx2() noexcept {
  return false;
}

bool utf8_blocks_valid(const std::uint8_t*, std::size_t) noexcept {
  return false;
}

std::uint8_t xor_avx2(std::uint8_t* to, const std::uint8_t* from, std::size_t n,
                      std::uint32_t key) noexcept {
  return xor_baseline(to, from, n, key);
}

#endif

}  // namespace osprey::wire::simd
