// SPDX-License-Identifier: Apache-2.0
// Stopping: everybody is told, nothing is left behind.
#include <gtest/gtest.h>

#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

TEST(Stop, AllGetClose1001AndTheServerWaitsForTheirAnswers) {
  Counter clean;
  auto handlers = echo_handlers();
  handlers.on_close = [&](const Connection&, const CloseInfo& info) {
    clean.add(info.clean ? 1 : 0);
  };
  auto settings = small_settings();
  settings.deadlines.drain = std::chrono::duration_cast<std::chrono::milliseconds>(kLimit);
  auto server = start(settings, handlers);
  std::vector<Raw> peers;
  for (int i = 0; i < 20; ++i) {
    peers.emplace_back(server.port());
    peers.back().upgrade();
  }
  std::thread stopper([&] { server.stop(); });
  for (Raw& peer : peers) {
    EXPECT_EQ(peer.read_frame().value().close_code(), 1001);
    peer.send(close_frame(1001));
    bool reset = false;
    EXPECT_EQ(peer.read_to_end(&reset), "");
    EXPECT_FALSE(reset);
    peer.finish_sending();
  }
  stopper.join();
  EXPECT_EQ(clean.value(), 20U);
  EXPECT_EQ(server.connections(), 0U);
}

TEST(Stop, WhoDoesNotAnswerIsCutAfterTheDrainTime) {
  auto settings = small_settings();
  settings.deadlines.drain = std::chrono::milliseconds(40);
  Counter ended;
  auto handlers = echo_handlers();
  handlers.on_close = [&](const Connection&, const CloseInfo&) { ended.add(); };
  auto server = start(settings, handlers);
  Raw open(server.port());
  open.upgrade();
  Raw silent(server.port());
  silent.send("GET / HT");
  server.stop();
  EXPECT_EQ(server.connections(), 0U);
  EXPECT_EQ(ended.value(), 1U);
  EXPECT_EQ(open.read_frame().value().close_code(), 1001);
}

TEST(Stop, FromAHandler) {
  std::optional<WebSocketServer> server;
  Signal stopped;
  Signal ready;
  auto handlers = echo_handlers();
  handlers.on_message = [&](const Connection&, const Message&) {
    ready.wait();
    server->stop();
    stopped.set();
  };
  server.emplace(start(small_settings(), handlers));
  ready.set();
  Raw raw(server->port());
  raw.upgrade();
  raw.send(client_frame(1, "stop"));
  EXPECT_EQ(raw.read_frame().value().close_code(), 1001);
  raw.send(close_frame(1001));
  EXPECT_EQ(raw.read_to_end(), "");
  EXPECT_TRUE(stopped.wait());
  raw.finish_sending();
  server->stop();
  EXPECT_EQ(server->connections(), 0U);
}

TEST(Stop, FromSeveralThreadsAtOnce) {
  auto server = start(small_settings(), echo_handlers());
  std::vector<std::thread> stoppers;
  stoppers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    stoppers.emplace_back([&] { server.stop(); });
  }
  for (auto& stopper : stoppers) {
    stopper.join();
  }
  server.stop();
}

TEST(Stop, WhileOthersSendAndConnect) {
  for (int round = 0; round < 20; ++round) {
    auto settings = small_settings();
    settings.threads = 2;
    settings.deadlines.drain = std::chrono::milliseconds(40);
    auto server = start(settings, echo_handlers());
    std::vector<Raw> peers;
    for (int i = 0; i < 10; ++i) {
      peers.emplace_back(server.port());
      peers.back().upgrade();
    }
    std::thread news([&] {
      while (server.broadcast(MessageKind::text, text_to_octets("news")) > 0) {
      }
    });
    server.stop();
    news.join();
  }
}

TEST(Stop, ThousandRoundsLeaveNothing) {
  { auto warm_up = start(small_settings(), echo_handlers()); }
  const std::size_t descriptors = open_descriptors();
  const std::size_t threads = running_threads();
  for (int round = 0; round < 1000; ++round) {
    auto server = start(small_settings(), echo_handlers());
    if (round % 10 == 0) {
      Raw raw(server.port());
      raw.upgrade();
      raw.send(client_frame(1, "x") + close_frame(1000));
      raw.read_to_end();
    }
  }
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(threads_left(threads), threads);
}

TEST(Stop, ClientsLeaveNothing) {
  auto server = start(small_settings(), echo_handlers());
  { auto warm_up = WebSocketClient::connect(server.url()); }
  ASSERT_TRUE(all_gone(server));
  const std::size_t descriptors = open_descriptors();
  const std::size_t threads = running_threads();
  for (int round = 0; round < 100; ++round) {
    auto client = WebSocketClient::connect(server.url());
    ASSERT_TRUE(client) << client.error().message;
  }
  ASSERT_TRUE(all_gone(server));
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(threads_left(threads), threads);
}

}  // namespace
}  // namespace osprey::test
