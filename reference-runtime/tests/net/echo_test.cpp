// SPDX-License-Identifier: Apache-2.0
// The server and the client together, and each with octets from outside.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  }
  return text;
}

// Sends each message when the echo of the one before has come, and compares.
void expect_echoes(const std::string& url, ClientSettings settings, MessageKind kind,
                   const std::vector<std::size_t>& sizes) {
  Counter received;
  std::mutex mutex;
  std::string last;
  ClientHandlers handlers;
  handlers.on_message = [&](const Connection&, const Message& message) {
    {
      const std::lock_guard lock(mutex);
      EXPECT_EQ(message.kind, kind);
      last = message.text();
    }
    received.add();
  };
  auto client = WebSocketClient::connect(url, std::move(settings), std::move(handlers));
  ASSERT_TRUE(client) << client.error().message;
  std::size_t count = 0;
  for (const std::size_t size : sizes) {
    const std::string sent = pattern(size);
    ASSERT_TRUE(client.value().connection().send(kind, text_to_octets(sent)));
    ASSERT_TRUE(received.wait_for(++count)) << "size " << size;
    const std::lock_guard lock(mutex);
    ASSERT_EQ(last, sent);
  }
  ASSERT_TRUE(client.value().connection().close(1000, "done"));
  const ClientEnd end = client.value().wait();
  EXPECT_EQ(end.code, 1000);
  EXPECT_TRUE(end.clean);
}

const std::vector<std::size_t> kSizes = {0, 1, 125, 126, 127, 65535, 65536, 300'000, 5'000'000};

TEST(Echo, BinaryPlain) {
  auto server = start(small_settings(), echo_handlers());
  ClientSettings settings;
  settings.deflate = false;
  expect_echoes(server.url(), settings, MessageKind::binary, kSizes);
}

TEST(Echo, TextDeflated) {
  auto server = start(small_settings(), echo_handlers());
  expect_echoes(server.url(), {}, MessageKind::text, kSizes);
}

TEST(Echo, ManyThreads) {
  auto settings = small_settings();
  settings.threads = 4;
  auto server = start(settings, echo_handlers());
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      expect_echoes(server.url(), {}, MessageKind::text, {1, 10, 100'000, 3});
    });
  }
  for (auto& client : clients) {
    client.join();
  }
}

TEST(Echo, FrameBehindTheRequestIsServed) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port());
  raw.send(
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
      client_frame(1, "early") + client_frame(9, "p"));
  EXPECT_EQ(raw.read_head().substr(0, 12), "HTTP/1.1 101");
  EXPECT_EQ(raw.read_frame().value().payload, "early");
  EXPECT_EQ(raw.read_frame().value().opcode, 10);
}

TEST(Echo, OctetByOctet) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  for (const char octet :
       client_frame(1, "hel", false) + client_frame(9, "") + client_frame(0, "lo")) {
    ASSERT_TRUE(raw.send(std::string_view(&octet, 1)));
  }
  EXPECT_EQ(raw.read_frame().value().opcode, 10);
  EXPECT_EQ(raw.read_frame().value().payload, "hello");
}

TEST(Echo, PipelinedBurstKeepsItsOrder) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  constexpr int kMessages = 20'000;
  std::thread sender([&] {
    std::string burst;
    for (int i = 0; i < kMessages; ++i) {
      burst += client_frame(1, std::to_string(i));
    }
    raw.send(burst);
  });
  for (int i = 0; i < kMessages; ++i) {
    const auto frame = raw.read_frame();
    ASSERT_TRUE(frame);
    ASSERT_EQ(frame->payload, std::to_string(i));
  }
  sender.join();
}

TEST(Echo, FiveHundredConnections) {
  auto settings = small_settings();
  settings.threads = 2;
  auto server = start(settings, echo_handlers());
  std::vector<Raw> peers;
  for (int i = 0; i < 500; ++i) {
    peers.emplace_back(server.port());
    ASSERT_EQ(peers.back().upgrade().substr(0, 12), "HTTP/1.1 101");
  }
  EXPECT_EQ(server.connections(), 500U);
  for (int round = 0; round < 3; ++round) {
    for (Raw& peer : peers) {
      peer.send(client_frame(2, "x" + std::to_string(round)));
    }
    for (Raw& peer : peers) {
      ASSERT_EQ(peer.read_frame().value().payload, "x" + std::to_string(round));
    }
  }
}

TEST(Echo, MessageOverTheLimitIsRefusedWith1009) {
  auto settings = small_settings();
  settings.limits.message = 1000;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(2, std::string(1000, 'x')));
  EXPECT_EQ(raw.read_frame().value().payload.size(), 1000U);
  raw.send(client_frame(2, std::string(1001, 'x')));
  EXPECT_EQ(raw.read_frame().value().close_code(), 1009);
}

void expect_closed_with_1011(const ServerHandlers& throwing) {
  auto server = start(small_settings(), throwing);
  Raw bad(server.port());
  Raw good(server.port());
  bad.upgrade();
  good.upgrade();
  bad.send(client_frame(1, "throw"));
  EXPECT_EQ(bad.read_frame().value().close_code(), 1011);
  good.send(client_frame(1, "still here"));
  EXPECT_EQ(good.read_frame().value().payload, "still here");
}

TEST(Echo, HandlerThatThrowsEndsItsConnectionOnly) {
  auto handlers = echo_handlers();
  handlers.on_message = [](const Connection& connection, const Message& message) {
    if (message.text() == "throw") {
      throw std::runtime_error("on purpose");
    }
    (void)connection.send(message);
  };
  expect_closed_with_1011(handlers);
}

TEST(Echo, WhateverAHandlerThrowsEndsItsConnectionOnly) {
  auto handlers = echo_handlers();
  handlers.on_message = [](const Connection& connection, const Message& message) {
    if (message.text() == "throw") {
      throw 42;
    }
    (void)connection.send(message);
  };
  handlers.on_close = [](const Connection&, const CloseInfo&) { throw 42; };
  expect_closed_with_1011(handlers);
}

TEST(Echo, WhateverTheUpgradeHandlerThrowsIsA500) {
  auto handlers = echo_handlers();
  handlers.on_upgrade = [](const UpgradeView& view) -> Decision {
    if (view.path == "/throw") {
      throw 42;
    }
    return Decision::accept();
  };
  auto server = start(small_settings(), handlers);
  Raw bad(server.port());
  EXPECT_EQ(bad.upgrade("/throw").substr(9, 3), "500");
  Raw good(server.port());
  EXPECT_EQ(good.upgrade().substr(9, 3), "101");
}

}  // namespace
}  // namespace osprey::test
