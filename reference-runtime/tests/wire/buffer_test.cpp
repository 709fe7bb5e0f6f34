// SPDX-License-Identifier: Apache-2.0
#include "wire/buffer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <new>
#include <utility>

#include "wire/spare.hpp"

namespace osprey::wire {
namespace {

TEST(Buffer, AppendsAtTheBackAndConsumesFromTheFront) {
  Buffer buffer;
  EXPECT_EQ(buffer.capacity(), 0U);
  buffer.append("hello ");
  buffer.append("world");
  buffer.append(std::uint8_t{'!'});
  buffer.consume(6);
  EXPECT_EQ(text_of(buffer.octets()), "world!");
  buffer.truncate(5);
  EXPECT_EQ(text_of(buffer.octets()), "world");
  buffer.consume(5);
  EXPECT_TRUE(buffer.empty());
}

TEST(Buffer, KeepsItsContentWhileItGrowsAndMoves) {
  Buffer buffer;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece = std::to_string(i);
    buffer.append(piece);
    expected += piece;
    if (i % 3 == 2) {
      buffer.consume(2);
      expected.erase(0, 2);
    }
    ASSERT_EQ(text_of(buffer.octets()), expected);
  }
  Buffer other = std::move(buffer);
  EXPECT_EQ(text_of(other.octets()), expected);
  // NOLINTNEXTLINE(bugprone-use-after-move): a moved-from buffer is a new one
  EXPECT_EQ(buffer.capacity(), 0U);
  buffer = std::move(other);
  EXPECT_EQ(text_of(buffer.octets()), expected);
  buffer.release();
  EXPECT_EQ(buffer.capacity(), 0U);
}

TEST(Buffer, ReusesItsFrontInsteadOfGrowing) {
  Buffer buffer;
  buffer.append(std::string(1000, 'a'));
  const std::size_t capacity = buffer.capacity();
  for (int i = 0; i < 1000; ++i) {
    buffer.append(std::string(100, 'b'));
    buffer.consume(100);
  }
  EXPECT_LE(buffer.capacity(), 4 * capacity);
}

TEST(Buffer, RefusesSizesThatOverflow) {
  Buffer buffer;
  buffer.append("x");
  EXPECT_THROW(buffer.extend(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
  EXPECT_THROW(buffer.reserve(std::numeric_limits<std::size_t>::max() - 1), std::bad_alloc);
  EXPECT_EQ(text_of(buffer.octets()), "x");
}

TEST(Spare, LendsTheSameMemoryAgainButNotWhatIsHuge) {
  Buffer buffer;
  buffer.reserve(1000);
  return_spare(std::move(buffer));
  EXPECT_GE(borrow_spare().capacity(), 1000U);
  while (borrow_spare().capacity() != 0) {
  }
  Buffer huge;
  huge.reserve(std::size_t{4} * 1024 * 1024);
  return_spare(std::move(huge));
  EXPECT_EQ(borrow_spare().capacity(), 0U);
}

}  // namespace
}  // namespace osprey::wire
