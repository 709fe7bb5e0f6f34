// SPDX-License-Identifier: Apache-2.0
// Handlers that block hold up nobody but their own connection.
#include <gtest/gtest.h>

#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

TEST(Threads, BlockedHandlersAreStoodInFor) {
  auto settings = small_settings();
  settings.threads = 1;
  Signal release;
  Counter blocked;
  auto handlers = echo_handlers();
  handlers.on_message = [&](const Connection& connection, const Message& message) {
    if (message.text() == "block") {
      blocked.add();
      EXPECT_TRUE(release.wait());
    }
    (void)connection.send(message);
  };
  auto server = start(settings, handlers);
  constexpr std::size_t kBlocking = 200;
  std::vector<Raw> peers;
  for (std::size_t i = 0; i < kBlocking; ++i) {
    peers.emplace_back(server.port());
    peers.back().upgrade();
  }
  for (Raw& peer : peers) {
    peer.send(client_frame(1, "block"));
  }
  ASSERT_TRUE(blocked.wait_for(kBlocking));  // all at the same time, on one regular thread
  Raw other(server.port());
  other.upgrade();
  other.send(client_frame(1, "and me?"));
  EXPECT_EQ(other.read_frame().value().payload, "and me?");
  release.set();
  for (Raw& peer : peers) {
    EXPECT_EQ(peer.read_frame().value().payload, "block");
  }
}

// Events taken together with one whose handler blocks are served by others.
TEST(Threads, ReadyQueueOfABlockedThreadIsTakenOver) {
  auto settings = small_settings();
  settings.threads = 2;
  Signal release;
  auto handlers = echo_handlers();
  handlers.on_message = [&](const Connection& connection, const Message& message) {
    if (message.text() == "block") {
      EXPECT_TRUE(release.wait());
    }
    (void)connection.send(message);
  };
  auto server = start(settings, handlers);
  std::vector<Raw> peers;
  for (int i = 0; i < 60; ++i) {
    peers.emplace_back(server.port());
    peers.back().upgrade();
  }
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
      peers[i].send(client_frame(1, i == 0 && round == 0 ? "block" : "x"));
    }
    for (std::size_t i = 1; i < peers.size(); ++i) {
      ASSERT_EQ(peers[i].read_frame().value().payload, "x");
    }
  }
  release.set();
  EXPECT_EQ(peers[0].read_frame().value().payload, "block");
}

TEST(Threads, HandlersOfOneConnectionNeverOverlap) {
  auto settings = small_settings();
  settings.threads = 4;
  std::atomic<int> inside{0};
  std::atomic<bool> overlap{false};
  auto handlers = echo_handlers();
  handlers.on_message = [&](const Connection& connection, const Message& message) {
    overlap = overlap || inside.fetch_add(1) != 0;
    (void)connection.send(message);
    inside.fetch_sub(1);
  };
  auto server = start(settings, handlers);
  Raw raw(server.port());
  raw.upgrade();
  std::thread sender([&] {
    for (int i = 0; i < 5000; ++i) {
      raw.send(client_frame(1, std::to_string(i)));
    }
  });
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(raw.read_frame().value().payload, std::to_string(i));
  }
  sender.join();
  EXPECT_FALSE(overlap);
}

TEST(Threads, SpareThreadsGoWhenTheyAreNotNeeded) {
  Signal release;
  Counter blocked;
  auto handlers = echo_handlers();
  handlers.on_message = [&](const Connection&, const Message&) {
    blocked.add();
    EXPECT_TRUE(release.wait());
  };
  auto server = start(small_settings(), handlers);
  const std::size_t before = running_threads();
  std::vector<Raw> peers;
  for (std::size_t i = 0; i < 40; ++i) {
    peers.emplace_back(server.port());
    peers.back().upgrade();
    peers.back().send(client_frame(1, "x"));
  }
  ASSERT_TRUE(blocked.wait_for(40));
  EXPECT_GE(running_threads(), before + 39);
  release.set();
  while (running_threads() > before) {
    std::this_thread::yield();
  }
}

}  // namespace
}  // namespace osprey::test
