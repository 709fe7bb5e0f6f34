// SPDX-License-Identifier: Apache-2.0
#include "wire/mask.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <vector>

#include "wire/simd.hpp"

namespace osprey::wire {
namespace {

constexpr MaskKey kKey{0x37, 0xFA, 0x21, 0x3D};

std::vector<std::uint8_t> pattern(std::size_t size, unsigned high) {
  std::vector<std::uint8_t> octets(size);
  for (std::size_t i = 0; i < size; ++i) {
    octets[i] = static_cast<std::uint8_t>((i * 31 + 7) % high);
  }
  return octets;
}

TEST(Rfc6455_5_3, WideRegistersEqualOneOctetAtATimeAtEveryAlignment) {
  for (std::size_t size = 0; size < 330; ++size) {
    for (std::size_t shift = 0; shift < 33; shift += size < 70 ? 1 : 5) {
      for (std::uint64_t offset = 0; offset < 4; ++offset) {
        const MaskKey key = rotated(kKey, offset);
        const std::vector<std::uint8_t> plain = pattern(size, 256);
        std::vector<std::uint8_t> storage(shift + size + 1, 0xA5);
        std::copy(plain.begin(), plain.end(), storage.begin() + static_cast<long>(shift));
        apply_mask(Octets(storage).subspan(shift, size), key);
        std::vector<std::uint8_t> copied(size + 1, 0x5A);
        copy_masked(copied.data(), plain, key);
        for (std::size_t i = 0; i < size; ++i) {
          const auto expected = static_cast<std::uint8_t>(plain[i] ^ kKey[(i + offset) % 4]);
          ASSERT_EQ(storage[shift + i], expected) << size << ' ' << shift << ' ' << i;
          ASSERT_EQ(copied[i], expected);
        }
        ASSERT_EQ(storage[shift + size], 0xA5);
        ASSERT_EQ(copied[size], 0x5A);
      }
    }
  }
}

TEST(Rfc6455_5_3, ShortPayloadsAreMaskedAsOthersAre) {
  for (std::size_t size = 0; size <= 125; ++size) {
    for (const unsigned high : {128U, 256U}) {
      std::vector<std::uint8_t> one = pattern(size, high);
      std::vector<std::uint8_t> two = one;
      EXPECT_EQ(apply_mask(one, kKey), apply_mask_to_short(two, kKey)) << size;
      EXPECT_EQ(one, two);
    }
  }
}

TEST(Rfc6455_5_3, BothKernelsAgree) {
  if (!simd::has_avx2()) {
    GTEST_SKIP() << "no AVX2 here";
  }
  for (std::size_t size = 32; size <= 512; size += 32) {
    std::vector<std::uint8_t> one = pattern(size, 200);
    std::vector<std::uint8_t> two = one;
    EXPECT_EQ(simd::xor_avx2(one.data(), one.data(), size, 0x3D21FA37U),
              simd::xor_baseline(two.data(), two.data(), size, 0x3D21FA37U));
    EXPECT_EQ(one, two);
  }
}

TEST(Rfc6455_5_3, TellsWhetherTheResultIsAscii) {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::vector<std::uint8_t> ascii = pattern(size, 128);
    std::vector<std::uint8_t> masked(size);
    copy_masked(masked.data(), ascii, kKey);
    std::vector<std::uint8_t> again = masked;
    EXPECT_TRUE(apply_mask(again, kKey)) << size;
    EXPECT_EQ(again, ascii);
    for (const std::size_t at : {std::size_t{0}, size / 3, size / 2, size - 1}) {
      if (at < size) {
        again = masked;
        again[at] ^= 0x80U;
        EXPECT_FALSE(apply_mask(again, kKey)) << size << ' ' << at;
      }
    }
  }
}

TEST(Rfc6455_5_3, MaskingTwiceGivesTheOriginal) {
  for (const MaskKey& key : {MaskKey{0, 0, 0, 0}, MaskKey{255, 255, 255, 255}, kKey}) {
    std::vector<std::uint8_t> octets = pattern(1000, 256);
    apply_mask(octets, key);
    apply_mask(octets, key);
    EXPECT_EQ(octets, pattern(1000, 256));
  }
}

TEST(Rfc6455_5_3, FreshKeysDifferAndAreBalanced) {
  std::set<MaskKey> keys;
  std::size_t ones = 0;
  constexpr int kCount = 4000;
  for (int i = 0; i < kCount; ++i) {
    const std::optional<MaskKey> key = fresh_mask_key();
    ASSERT_TRUE(key.has_value());
    keys.insert(*key);
    for (const std::uint8_t octet : *key) {
      ones += static_cast<std::size_t>(__builtin_popcount(octet));
    }
  }
  // 4,000 draws of 32 bits meet one another once in 500 runs; three meetings are not chance.
  EXPECT_GT(keys.size(), kCount - 3U);
  // 64,000 of 128,000 bits; the standard deviation is 179.
  EXPECT_NEAR(static_cast<double>(ones), 64000.0, 1800.0);
}

TEST(Rfc6455_5_3, AForkedProcessDrawsOtherKeys) {
  ASSERT_TRUE(fresh_mask_key().has_value());  // the pool is filled now
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const MaskKey key = fresh_mask_key().value_or(MaskKey{});
    const ssize_t written = write(ends[1], key.data(), key.size());
    _exit(written == 4 ? 0 : 1);
  }
  MaskKey theirs{};
  ASSERT_EQ(read(ends[0], theirs.data(), theirs.size()), 4);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(fresh_mask_key().value_or(MaskKey{}), theirs);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace osprey::wire
