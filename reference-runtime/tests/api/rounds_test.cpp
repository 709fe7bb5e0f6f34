// SPDX-License-Identifier: Apache-2.0
// Servers come and go and leave nothing behind; a client that does not read stalls no broadcast.
#include <gtest/gtest.h>
#include <malloc.h>
#include <osprey/osprey.h>

#include <algorithm>
#include <cstdlib>

#include "support.hpp"

namespace osprey::test {
namespace {

// OSPREY_ROUNDS: fewer of them, for Valgrind.
const int kRounds = [] {
  const char* const wanted = std::getenv("OSPREY_ROUNDS");
  return wanted == nullptr ? 1000 : std::max(1, std::atoi(wanted));
}();
const int kWarmUp = kRounds / 20;
char address[] = "127.0.0.1";  // the signatures of the text take a char*
char path[] = "/chat";

char* answer(char* /*method*/, char* /*path*/, char* /*headers*/, char* /*body*/) {
  return nullptr;
}

struct Held {
  std::size_t descriptors = open_descriptors();
  std::size_t threads = running_threads();
  std::size_t octets = mallinfo2().uordblks;
};

void expect_nothing_more(const Held& now, const Held& before) {
  EXPECT_EQ(now.descriptors, before.descriptors);
  EXPECT_LE(threads_left(before.threads), before.threads);
  // Far less than anything lost a round; what the allocator keeps for itself varies.
  EXPECT_LT(now.octets, before.octets + std::size_t{16} * 1000);
}

TEST(Rounds, HttpServersLeaveNothingBehind) {
  const std::int64_t port = free_port();
  Held before;
  for (int round = 0; round < kRounds; ++round) {
    if (round == kWarmUp) {
      before = Held{};
    }
    const std::int64_t server = http_create_server(port, address);
    ASSERT_GT(server, 0) << round << ": " << osprey_code_text(server);
    ASSERT_EQ(http_listen(server, answer), 0) << round;
    if (round % 10 == 0) {
      Raw client(static_cast<std::uint16_t>(port));
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      ASSERT_TRUE(client.read_head().starts_with("HTTP/1.1 200 ")) << round;
    }
    ASSERT_EQ(http_stop_server(server), 0) << round;
  }
  expect_nothing_more(Held{}, before);
}

TEST(Rounds, WebSocketServersLeaveNothingBehind) {
  const std::int64_t port = free_port();
  Held before;
  for (int round = 0; round < kRounds; ++round) {
    if (round == kWarmUp) {
      before = Held{};
    }
    const std::int64_t server = websocket_create_server(port, address, path);
    ASSERT_GT(server, 0) << round << ": " << osprey_code_text(server);
    ASSERT_EQ(websocket_server_listen(server), 0) << round;
    if (round % 10 == 0) {
      Raw client(static_cast<std::uint16_t>(port));
      ASSERT_TRUE(client.upgrade("/chat").starts_with("HTTP/1.1 101 ")) << round;
      client.send(close_frame(1000));
      ASSERT_EQ(client.read_frame().value().close_code(), 1000) << round;
    }
    ASSERT_EQ(websocket_stop_server(server), 0) << round;
  }
  expect_nothing_more(Held{}, before);
}

TEST(Broadcast, AClientThatDoesNotReadStallsNobody) {
  const std::int64_t port = free_port();
  const std::int64_t server = websocket_create_server(port, address, path);
  ASSERT_EQ(websocket_server_listen(server), 0);
  Raw slow(static_cast<std::uint16_t>(port), 4096);
  slow.upgrade("/chat");
  Raw quick(static_cast<std::uint16_t>(port));
  quick.upgrade("/chat");
  // 40 MB, more than may wait for one client.
  std::string message(std::size_t{40} * 1024, 'm');
  std::int64_t given = 0;
  for (int i = 0; i < 1000; ++i) {
    given = websocket_server_broadcast(server, message.data());
    ASSERT_GE(given, 1) << i;
    const auto frame = quick.read_frame();
    ASSERT_TRUE(frame) << i;
    ASSERT_EQ(frame->payload.size(), message.size()) << i;
  }
  EXPECT_EQ(given, 1) << "the one that does not read should have been cut";
  websocket_stop_server(server);
}

}  // namespace
}  // namespace osprey::test
