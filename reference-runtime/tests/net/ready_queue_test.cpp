// SPDX-License-Identifier: Apache-2.0
#include "net/ready_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace osprey::net {
namespace {

TEST(ReadyQueue, EachEventIsTakenOnce) {
  constexpr std::uint64_t kRounds = 5000;
  constexpr unsigned kSize = 16;
  ReadyQueue ready;
  std::vector<std::atomic<int>> taken(kRounds * kSize);
  std::atomic<bool> done{false};
  std::vector<std::thread> thieves;
  thieves.reserve(3);
  for (int i = 0; i < 3; ++i) {
    thieves.emplace_back([&] {
      Event event;
      while (!done) {
        if (ready.take(event)) {
          ASSERT_EQ(event.what, static_cast<std::uint32_t>(event.id * 3));
          taken[event.id].fetch_add(1);
        }
      }
    });
  }
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    epoll_event events[kSize];
    for (unsigned i = 0; i < kSize; ++i) {
      events[i].data.u64 = round * kSize + i;
      events[i].events = static_cast<std::uint32_t>((round * kSize + i) * 3);
    }
    ready.fill(events, kSize);
    Event event;
    while (ready.take(event)) {
      taken[event.id].fetch_add(1);
    }
    EXPECT_EQ(ready.left(), 0U);
  }
  done = true;
  for (auto& thief : thieves) {
    thief.join();
  }
  for (const auto& count : taken) {
    ASSERT_EQ(count, 1);
  }
}

}  // namespace
}  // namespace osprey::net
