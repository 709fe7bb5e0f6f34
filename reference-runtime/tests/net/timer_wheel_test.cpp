// SPDX-License-Identifier: Apache-2.0
#include "net/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace osprey::net {
namespace {

struct Nodes {
  std::vector<TimerNode> all;
  static TimerNode& of(void* self, std::uint32_t index) {
    return static_cast<Nodes*>(self)->all[index];
  }
};

std::vector<std::uint32_t> fired_at(TimerWheel& wheel, Tick now) {
  std::vector<std::uint32_t> fired;
  wheel.advance(now, fired);
  return fired;
}

TEST(TimerWheel, FiresInTimeAndNotBefore) {
  const Tick start = now_tick();
  for (const Tick delay : {1U, 2U, 63U, 64U, 65U, 4095U, 4096U, 262'143U, 262'144U, 8'000'000U}) {
    Nodes nodes{std::vector<TimerNode>(1)};
    TimerWheel wheel(Nodes::of, &nodes);
    wheel.arm(0, start + 10 + delay);
    EXPECT_TRUE(fired_at(wheel, start + 10 + delay - 1).empty()) << delay;
    EXPECT_EQ(fired_at(wheel, start + 10 + delay).size(), 1U) << delay;
    EXPECT_EQ(nodes.all[0].when, kNever);
    EXPECT_EQ(wheel.next(), kNever);
  }
}

TEST(TimerWheel, EarlierWinsLaterIsIgnored) {
  Nodes nodes{std::vector<TimerNode>(1)};
  TimerWheel wheel(Nodes::of, &nodes);
  const Tick start = now_tick() + 10;
  wheel.arm(0, start + 500);
  wheel.arm(0, start + 900);
  wheel.arm(0, start + 100);
  EXPECT_TRUE(fired_at(wheel, start + 99).empty());
  EXPECT_EQ(fired_at(wheel, start + 100).size(), 1U);
}

TEST(TimerWheel, DisarmedNeverFires) {
  Nodes nodes{std::vector<TimerNode>(3)};
  TimerWheel wheel(Nodes::of, &nodes);
  const Tick start = now_tick() + 10;
  for (std::uint32_t i = 0; i < 3; ++i) {
    wheel.arm(i, start + 70);
  }
  wheel.disarm(1);
  wheel.disarm(1);
  const auto fired = fired_at(wheel, start + 70);
  EXPECT_EQ(fired.size(), 2U);
  EXPECT_EQ(std::count(fired.begin(), fired.end(), 1U), 0);
}

// Compared with the plain way, over many random lives.
TEST(TimerWheel, AgreesWithASortedMap) {
  std::mt19937 random(7);
  Nodes nodes{std::vector<TimerNode>(200)};
  TimerWheel wheel(Nodes::of, &nodes);
  std::map<std::uint32_t, Tick> expected;
  Tick now = now_tick() + 10;
  (void)fired_at(wheel, now);
  for (int step = 0; step < 20'000; ++step) {
    const auto index = static_cast<std::uint32_t>(random() % 200);
    const auto action = static_cast<unsigned>(random() % 10);
    if (action < 5) {
      const Tick when = now + 1 + random() % (1U << (random() % 21));
      wheel.arm(index, when);
      const auto known = expected.find(index);
      if (known == expected.end() || known->second > when) {
        expected[index] = when;
      }
    } else if (action < 6) {
      wheel.disarm(index);
      expected.erase(index);
    } else {
      now += random() % (1U << (random() % 14));
      for (const std::uint32_t fired : fired_at(wheel, now)) {
        ASSERT_TRUE(expected.contains(fired));
        ASSERT_LE(expected[fired], now);
        expected.erase(fired);
      }
      for (const auto& [waiting, when] : expected) {
        ASSERT_GT(when, now) << waiting << " is late";
      }
      const Tick next = wheel.next();
      ASSERT_EQ(next == kNever, expected.empty());
      for (const auto& [waiting, when] : expected) {
        ASSERT_LE(next, when) << waiting;
      }
    }
  }
}

TEST(TimerWheel, SpanIsNeverShortened) {
  const auto before = std::chrono::steady_clock::now();
  const Tick tick = tick_after(std::chrono::milliseconds(20));
  EXPECT_GE(time_of(tick), before + std::chrono::milliseconds(20));
  EXPECT_EQ(tick_after(std::chrono::milliseconds(0)), kNever);
}

}  // namespace
}  // namespace osprey::net
