// SPDX-License-Identifier: Apache-2.0
#include "run/engine/growth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace conform {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kPer = 16;

struct Told {
  std::string trouble;
  int rounds = 0;
};

// Runs the rounds with an implementation that uses `memory_for(items)`.
Told judged(std::uint64_t first, const std::function<std::uint64_t(std::uint64_t)>& memory_for) {
  Growth growth;
  Told out;
  do {
    const std::uint64_t items = first * growth.next_factor();
    growth.add(items, 20 * kMiB + memory_for(items));
    ++out.rounds;
  } while (growth.undecided(kPer));
  out.trouble = growth.trouble(kPer);
  return out;
}

TEST(Growth, WhatKeepsNothingIsDoneAfterTwoRounds) {
  const Told told = judged(50000, [](std::uint64_t) { return kMiB; });
  EXPECT_EQ(told.trouble, "");
  EXPECT_EQ(told.rounds, 2);
}

TEST(Growth, GarbageThatIsCollectedSomeTimeIsNoGrowth) {
  for (const std::uint64_t each : {20U, 40U, 64U, 100U, 115U, 200U, 1000U}) {
    const Told told =
        judged(50000, [&](std::uint64_t items) { return std::min(items * each, 64 * kMiB); });
    EXPECT_EQ(told.trouble, "") << each;
  }
}

TEST(Growth, WhatKeepsSomethingOfEveryItemGrows) {
  for (const std::uint64_t each : {26U, 32U, 64U, 1024U}) {
    const Told told = judged(50000, [&](std::uint64_t items) { return items * each; });
    EXPECT_THAT(told.trouble, testing::HasSubstr(std::to_string(each) + " bytes for each")) << each;
  }
}

TEST(Growth, BuffersThatDoubleHideNothing) {
  const auto doubled = [](std::uint64_t items) {
    std::uint64_t room = 1;
    while (room < items) room *= 2;
    return room * 64;
  };
  EXPECT_NE(judged(50000, doubled).trouble, "");
}

TEST(Growth, ABaseThatIsTakenOnceIsNoGrowth) {
  EXPECT_EQ(judged(50000, [](std::uint64_t items) { return 200 * kMiB + items; }).trouble, "");
}

}  // namespace
}  // namespace conform
