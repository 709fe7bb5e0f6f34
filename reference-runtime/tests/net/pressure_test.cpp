// SPDX-License-Identifier: Apache-2.0
// Peers that do not read: nothing grows without bound, nobody else is held up, nothing is lost.
#include <gtest/gtest.h>

#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

constexpr std::chrono::milliseconds kPatience{300};

TEST(Pressure, WhoDoesNotReadIsNotReadFrom) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port(), 4096);
  raw.upgrade();
  constexpr std::size_t kMessage = 50'000;
  constexpr std::size_t kMessages = 800;  // 40 MB, far more than all buffers together
  std::string all;
  for (std::size_t i = 0; i < kMessages; ++i) {
    all += client_frame(2, std::string(kMessage, static_cast<char>(i)));
  }
  const std::size_t sent = raw.send_until_blocked(all, kPatience);
  ASSERT_LT(sent, all.size() / 2) << "the server went on reading";

  // Others are served meanwhile.
  Raw other(server.port());
  other.upgrade();
  other.send(client_frame(1, "hello"));
  EXPECT_EQ(other.read_frame().value().payload, "hello");

  // When the peer reads again, all comes, in order and whole.
  std::thread rest([&] { raw.send(std::string_view(all).substr(sent)); });
  for (std::size_t i = 0; i < kMessages; ++i) {
    const auto frame = raw.read_frame();
    ASSERT_TRUE(frame) << i;
    ASSERT_EQ(frame->payload, std::string(kMessage, static_cast<char>(i))) << i;
  }
  rest.join();
}

// Replies larger than the requests: one read of requests must not make replies without bound.
TEST(Pressure, LargeRepliesToSmallRequests) {
  const std::string reply(100'000, 'r');
  auto handlers = echo_handlers();
  Counter handled;
  handlers.on_message = [&](const Connection& connection, const Message&) {
    handled.add();
    EXPECT_TRUE(connection.send_text(reply));
  };
  auto server = start(small_settings(), handlers);
  Raw raw(server.port(), 4096);
  raw.upgrade();
  constexpr int kRequests = 600;
  std::string all;
  for (int i = 0; i < kRequests; ++i) {
    all += client_frame(1, "?");
  }
  raw.send(all);  // 4 kB: one read
  ASSERT_TRUE(handled.wait_for(1));
  Raw other(server.port());
  other.upgrade();
  other.send(client_frame(1, "fence"));
  EXPECT_EQ(other.read_frame().value().payload, reply);
  EXPECT_LT(handled.value(), 300U);  // 60 MB of replies were asked for; not all were made
  for (int i = 0; i < kRequests; ++i) {
    ASSERT_EQ(raw.read_frame().value().payload, reply) << i;
  }
}

TEST(Pressure, SlowReceiverOfABroadcastIsDropped) {
  auto settings = small_settings();
  settings.limits.queued = 1'000'000;
  Signal dropped;
  auto handlers = echo_handlers();
  handlers.on_close = [&](const Connection&, const CloseInfo& info) {
    EXPECT_NE(info.problem.find("does not read"), std::string_view::npos) << info.problem;
    dropped.set();
  };
  auto server = start(settings, handlers);
  Raw raw(server.port(), 4096);
  raw.upgrade();
  const std::string news(200'000, 'n');
  while (!dropped.is_set() && server.connections() > 0) {
    (void)server.broadcast(MessageKind::text, text_to_octets(news));
  }
  EXPECT_TRUE(dropped.wait());
}

TEST(Pressure, SlowReceiverIsReportedWhereThatIsWanted) {
  auto settings = small_settings();
  settings.limits.queued = 1'000'000;
  settings.slow_receiver = SlowReceiver::report;
  Signal done;
  std::size_t taken = 0;
  const std::string news(200'000, 'n');
  auto handlers = echo_handlers();
  handlers.on_message = [&](const Connection& connection, const Message&) {
    Result<void> sent;
    while ((sent = connection.send_text(news))) {
      ++taken;
    }
    EXPECT_EQ(sent.error().code, ErrorCode::queue_full);
    done.set();
  };
  auto server = start(settings, handlers);
  Raw raw(server.port(), 4096);
  raw.upgrade();
  raw.send(client_frame(1, "go"));
  ASSERT_TRUE(done.wait());
  for (std::size_t i = 0; i < taken; ++i) {
    ASSERT_EQ(raw.read_frame().value().payload, news);
  }
  EXPECT_EQ(server.connections(), 1U);
}

TEST(Pressure, MessageLargerThanTheQueueGoesThroughWhenNothingWaits) {
  auto settings = small_settings();
  settings.limits.queued = 1000;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  const std::string large(3'000'000, 'l');
  std::thread sender([&] { raw.send(client_frame(2, large)); });
  EXPECT_EQ(raw.read_frame().value().payload, large);
  sender.join();
}

// Replies are made only as fast as the peer takes them, so the smallest queue loses none.
TEST(Pressure, SmallQueueLosesNoReply) {
  auto settings = small_settings();
  settings.limits.queued = 1000;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port(), 4096);
  raw.upgrade();
  std::string all;
  for (int i = 0; i < 300; ++i) {
    all += client_frame(2, std::string(i % 2 == 0 ? 100 : 60'000, static_cast<char>(i)));
  }
  const std::size_t sent = raw.send_until_blocked(all, kPatience);
  std::thread rest([&] { raw.send(std::string_view(all).substr(sent)); });
  for (int i = 0; i < 300; ++i) {
    const auto frame = raw.read_frame();
    ASSERT_TRUE(frame) << i;
    ASSERT_EQ(frame->payload, std::string(i % 2 == 0 ? 100 : 60'000, static_cast<char>(i))) << i;
  }
  rest.join();
}

// A client that has much to send goes on reading, or the two would wait for each other.
TEST(Pressure, MuchSentByTheApplicationDoesNotStopReading) {
  auto server = start(small_settings(), echo_handlers());
  Counter received;
  ClientHandlers handlers;
  handlers.on_message = [&](const Connection&, const Message&) { received.add(); };
  ClientSettings settings;
  settings.limits.queued = 1'000'000'000;
  settings.deflate = false;
  auto client = WebSocketClient::connect(server.url(), settings, handlers);
  ASSERT_TRUE(client) << client.error().message;
  const std::vector<std::uint8_t> message(1'000'000, 7);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(client.value().connection().send_binary(message));
  }
  EXPECT_TRUE(received.wait_for(40));
}

TEST(Pressure, ByteByByteReaderGetsEverything) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port(), 2048);
  raw.upgrade();
  std::thread sender([&] {
    for (int i = 0; i < 64; ++i) {
      raw.send(client_frame(2, std::string(100'000, static_cast<char>(i))));
    }
  });
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(raw.read_frame().value().payload, std::string(100'000, static_cast<char>(i)));
  }
  sender.join();
}

}  // namespace
}  // namespace osprey::test
