// SPDX-License-Identifier: Apache-2.0
// The one word that says who owns a connection.
#include "net/owner_word.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace osprey::test {
namespace {

using net::OwnerWord;

constexpr std::uint32_t kIndex = 7;

std::uint64_t born(OwnerWord& word) {
  word.clear();
  word.publish();
  EXPECT_FALSE(word.let_go_anyway());
  return word.id(kIndex);
}

TEST(OwnerWord, WhoFindsItBusyLeavesAFlagAndTheOwnerGoesRoundOnceMore) {
  OwnerWord word;
  const std::uint64_t id = born(word);
  std::uint32_t first = net::kRead;
  ASSERT_TRUE(word.claim(id, first));
  std::uint32_t second = net::kWrite;
  EXPECT_FALSE(word.claim(id, second));
  EXPECT_FALSE(word.leave(id, net::kWork)) << "it has an owner";
  std::uint32_t flags = 0;
  ASSERT_FALSE(word.let_go(flags));
  EXPECT_EQ(flags, net::kWrite | net::kWork);
  EXPECT_TRUE(word.let_go(flags));
}

TEST(OwnerWord, AFlagLeftWhereNobodyIsNeedsAnOwner) {
  OwnerWord word;
  const std::uint64_t id = born(word);
  EXPECT_TRUE(word.leave(id, net::kTimer));
  std::uint32_t flags = net::kRead;
  ASSERT_TRUE(word.claim(id, flags));
  EXPECT_EQ(flags, net::kRead | net::kTimer);
}

TEST(OwnerWord, WhatIsSentNowDoesNotOvertakeTasksThatWait) {
  OwnerWord word;
  const std::uint64_t id = born(word);
  EXPECT_EQ(word.claim_if_idle(id), OwnerWord::Claim::mine);
  EXPECT_EQ(word.claim_if_idle(id), OwnerWord::Claim::busy);
  EXPECT_FALSE(word.let_go_anyway());
  EXPECT_TRUE(word.leave(id, net::kWork));
  EXPECT_EQ(word.claim_if_idle(id), OwnerWord::Claim::busy);
}

TEST(OwnerWord, AnOldIdFindsNothing) {
  OwnerWord word;
  const std::uint64_t old = born(word);
  EXPECT_EQ(word.living(kIndex), old);
  std::uint32_t flags = 0;
  ASSERT_TRUE(word.claim(old, flags));
  word.die();
  EXPECT_FALSE(word.is_alive(old));
  word.next_generation();
  EXPECT_EQ(word.living(kIndex), 0U);
  word.publish();
  EXPECT_NE(word.id(kIndex), old);
  EXPECT_FALSE(word.is_alive(old));
  EXPECT_FALSE(word.claim(old, flags));
  EXPECT_FALSE(word.leave(old, net::kRead));
  EXPECT_EQ(word.claim_if_idle(old), OwnerWord::Claim::gone);
  EXPECT_TRUE(word.is_alive(word.id(kIndex)));
}

// What is counted is guarded by the word alone; the thread sanitizer sees to the rest.
TEST(OwnerWord, OneOwnerAtATimeAndNoFlagIsLost) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20'000;
  OwnerWord word;
  const std::uint64_t id = born(word);
  int served = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        std::uint32_t flags = net::kRead;
        if (word.claim(id, flags)) {
          do {
            served += (flags & net::kRead) != 0 ? 1 : 0;
          } while (!word.let_go(flags));
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GT(served, 0);
  EXPECT_LE(served, kThreads * kRounds);
  EXPECT_EQ(word.claim_if_idle(id), OwnerWord::Claim::mine) << "somebody still owns it";
}

}  // namespace
}  // namespace osprey::test
