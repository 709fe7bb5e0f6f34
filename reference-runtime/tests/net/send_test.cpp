// SPDX-License-Identifier: Apache-2.0
// Sending from anywhere: other threads, other connections' handlers, after the end.
#include <gtest/gtest.h>

#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

// Keeps the handles of all open connections.
struct Guests {
  std::mutex mutex;
  std::vector<Connection> all;
  Counter count;

  void add(const Connection& connection) {
    {
      const std::lock_guard lock(mutex);
      all.push_back(connection);
    }
    count.add();
  }
  std::vector<Connection> list() {
    const std::lock_guard lock(mutex);
    return all;
  }
};

TEST(Send, FromAnotherThreadKeepsTheOrder) {
  Guests guests;
  auto handlers = echo_handlers();
  handlers.on_open = [&](const Connection& connection) { guests.add(connection); };
  auto server = start(small_settings(), handlers);
  Raw raw(server.port());
  raw.upgrade();
  ASSERT_TRUE(guests.count.wait_for(1));
  const Connection connection = guests.list()[0];
  constexpr int kMessages = 3000;
  std::thread noise([&] {
    for (int i = 0; i < kMessages; ++i) {
      raw.send(client_frame(9, "noise"));
    }
  });
  std::thread sender([&] {
    for (int i = 0; i < kMessages; ++i) {
      ASSERT_TRUE(connection.send_text(std::to_string(i)));
    }
  });
  for (int text = 0, pongs = 0; text < kMessages || pongs < kMessages;) {
    const auto frame = raw.read_frame();
    ASSERT_TRUE(frame);
    if (frame->opcode == 10) {
      ++pongs;
    } else {
      ASSERT_EQ(frame->payload, std::to_string(text++));
    }
  }
  noise.join();
  sender.join();
}

TEST(Send, ChatFromHandlersOfOthers) {
  auto settings = small_settings();
  settings.threads = 3;
  Guests guests;
  ServerHandlers handlers;
  handlers.on_open = [&](const Connection& connection) { guests.add(connection); };
  handlers.on_message = [&](const Connection&, const Message& message) {
    for (const Connection& guest : guests.list()) {
      EXPECT_TRUE(guest.send(message.kind, message.octets));
    }
  };
  auto server = start(settings, handlers);
  constexpr std::size_t kGuests = 8;
  constexpr std::size_t kEach = 100;
  std::vector<Raw> peers;
  for (std::size_t i = 0; i < kGuests; ++i) {
    peers.emplace_back(server.port());
    peers.back().upgrade();
  }
  ASSERT_TRUE(guests.count.wait_for(kGuests));
  std::vector<std::thread> talkers;
  talkers.reserve(peers.size());
  for (Raw& peer : peers) {
    talkers.emplace_back([&peer] {
      for (std::size_t i = 0; i < kEach; ++i) {
        peer.send(client_frame(1, "hi"));
      }
    });
  }
  for (auto& talker : talkers) {
    talker.join();
  }
  for (Raw& peer : peers) {
    for (std::size_t i = 0; i < kGuests * kEach; ++i) {
      ASSERT_EQ(peer.read_frame().value().payload, "hi");
    }
  }
}

TEST(Send, BroadcastReachesAll) {
  auto server = start(small_settings(), echo_handlers());
  std::vector<Raw> peers;
  for (int i = 0; i < 50; ++i) {
    peers.emplace_back(server.port());
    peers.back().upgrade();
  }
  const Raw shaking_hands(server.port());  // not a WebSocket yet: not counted, not disturbed
  EXPECT_EQ(server.broadcast(MessageKind::text, text_to_octets("news")), 50U);
  for (Raw& peer : peers) {
    EXPECT_EQ(peer.read_frame().value().payload, "news");
  }
}

TEST(Send, BadArgumentsAreRefusedAndTheConnectionGoesOn) {
  auto handlers = echo_handlers();
  handlers.on_message = [](const Connection& connection, const Message&) {
    EXPECT_EQ(connection.send_text("\xff").error().code, ErrorCode::bad_argument);
    EXPECT_EQ(connection.ping(std::vector<std::uint8_t>(126)).error().code,
              ErrorCode::bad_argument);
    for (const std::uint16_t code :
         std::initializer_list<std::uint16_t>{0, 999, 1004, 1006, 1015, 2999, 5000}) {
      EXPECT_EQ(connection.close(code).error().code, ErrorCode::bad_argument) << code;
    }
    EXPECT_EQ(connection.close(1000, std::string(124, 'x')).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(connection.close(1000, "\xff").error().code, ErrorCode::bad_argument);
    EXPECT_TRUE(connection.send_text("fine"));
  };
  auto server = start(small_settings(), handlers);
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(1, "x"));
  EXPECT_EQ(raw.read_frame().value().payload, "fine");
}

TEST(Send, PingIsAnsweredWithPong) {
  Signal ponged;
  auto handlers = echo_handlers();
  handlers.on_open = [](const Connection& connection) {
    EXPECT_TRUE(connection.ping(text_to_octets("are you there?")));
  };
  handlers.on_pong = [&](const Connection&, std::span<const std::uint8_t> octets) {
    EXPECT_EQ(octets_to_text(octets), "are you there?");
    ponged.set();
  };
  auto server = start(small_settings(), handlers);
  auto client = WebSocketClient::connect(server.url());
  ASSERT_TRUE(client);
  EXPECT_TRUE(ponged.wait());
}

TEST(Send, HandleOutlivesItsConnectionAndItsServer) {
  Guests guests;
  auto handlers = echo_handlers();
  Signal closed;
  handlers.on_open = [&](const Connection& connection) {
    EXPECT_FALSE(connection.peer_address().empty());
    guests.add(connection);
  };
  handlers.on_close = [&](const Connection&, const CloseInfo&) { closed.set(); };
  {
    auto server = start(small_settings(), handlers);
    {
      Raw raw(server.port());
      raw.upgrade();
      ASSERT_TRUE(guests.count.wait_for(1));
      EXPECT_EQ(guests.list()[0].peer_address().substr(0, 10), "127.0.0.1:");
    }
    ASSERT_TRUE(closed.wait());
    EXPECT_TRUE(all_gone(server));
    EXPECT_EQ(guests.list()[0].send_text("x").error().code, ErrorCode::closed);
    // The slot is used again; the old handle must not reach its new owner.
    Raw next(server.port());
    next.upgrade();
    ASSERT_TRUE(guests.count.wait_for(2));
    EXPECT_NE(guests.list()[0].id(), guests.list()[1].id());
    EXPECT_EQ(guests.list()[0].send_text("x").error().code, ErrorCode::closed);
  }
  EXPECT_EQ(guests.list()[1].send_text("x").error().code, ErrorCode::closed);
  EXPECT_EQ(Connection().send_text("x").error().code, ErrorCode::closed);
}

TEST(Send, FlushGetsItOutBeforeTheHandlerReturns) {
  Signal seen;
  auto handlers = echo_handlers();
  handlers.on_message = [&](const Connection& connection, const Message&) {
    EXPECT_TRUE(connection.send_text("progress"));
    connection.flush();
    EXPECT_TRUE(seen.wait());
  };
  auto server = start(small_settings(), handlers);
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(1, "x"));
  EXPECT_EQ(raw.read_frame().value().payload, "progress");
  seen.set();
}

}  // namespace
}  // namespace osprey::test
