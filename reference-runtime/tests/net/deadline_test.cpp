// SPDX-License-Identifier: Apache-2.0
// Every deadline, made tiny. What happens is tested, never when.
#include <gtest/gtest.h>

#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

constexpr std::chrono::milliseconds kTiny{40};
// For what our side has to do in time, on a machine that is busy with other things.
constexpr std::chrono::milliseconds kShort{500};

TEST(Deadline, SilentPeerInTheHandshake) {
  auto settings = small_settings();
  settings.deadlines.handshake = kTiny;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  bool reset = false;
  EXPECT_EQ(raw.read_to_end(&reset), "");
  EXPECT_FALSE(reset);
}

TEST(Deadline, HalfAHandshakeIsAnsweredWith408) {
  auto settings = small_settings();
  settings.deadlines.handshake = kShort;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.send("GET / HTTP/1.1\r\nHost: a\r\n");
  EXPECT_EQ(raw.read_head().substr(0, 12), "HTTP/1.1 408");
  EXPECT_EQ(raw.read_to_end(), "");
}

TEST(Deadline, DrippingTheHandshakeDoesNotExtendIt) {
  auto settings = small_settings();
  settings.deadlines.handshake = kShort;
  settings.deadlines.close = kTiny;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.send("GET / HTTP/1.1\r\n");
  // Far from every limit on size: what ends it is the deadline.
  while (!raw.readable_within(std::chrono::milliseconds(1))) {
    raw.send("X");
  }
  EXPECT_EQ(raw.read_head().substr(0, 12), "HTTP/1.1 408");
  // What comes behind the answer is not taken for ever either.
  while (raw.send_until_blocked("X", std::chrono::milliseconds(1000)) == 1) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(all_gone(server));
}

TEST(Deadline, IdleConnectionGetsClose1001) {
  auto settings = small_settings();
  settings.deadlines.idle = kTiny;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  const auto frame = raw.read_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->opcode, 8);
  EXPECT_EQ(frame->close_code(), 1001);
  raw.send(close_frame(1001));
  EXPECT_EQ(raw.read_to_end(), "");
}

TEST(Deadline, OpenConnectionOutlivesTheHandshakeDeadline) {
  auto settings = small_settings();
  settings.deadlines.handshake = kShort;
  settings.deadlines.idle = kShort * 2;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  // The first thing that comes is the idle Close, not the end of TCP.
  EXPECT_EQ(raw.read_frame().value().opcode, 8);
}

TEST(Deadline, PeerThatNeverAnswersTheClose) {
  auto settings = small_settings();
  settings.deadlines.close = kTiny;
  Signal closed;
  auto handlers = echo_handlers();
  handlers.on_message = [](const Connection& connection, const Message&) {
    EXPECT_TRUE(connection.close(1000));
  };
  handlers.on_close = [&](const Connection&, const CloseInfo& info) {
    EXPECT_EQ(info.code, 1006);
    EXPECT_FALSE(info.clean);
    closed.set();
  };
  auto server = start(settings, handlers);
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(1, "x"));
  EXPECT_EQ(raw.read_frame().value().opcode, 8);
  EXPECT_EQ(raw.read_to_end(), "");
  EXPECT_TRUE(closed.wait());
}

TEST(Deadline, TrafficDoesNotExtendTheCloseDeadline) {
  auto settings = small_settings();
  settings.deadlines.close = kTiny;
  settings.deadlines.idle = std::chrono::hours(1);
  auto handlers = echo_handlers();
  handlers.on_open = [](const Connection& connection) { EXPECT_TRUE(connection.close(1000)); };
  auto server = start(settings, handlers);
  Raw raw(server.port());
  raw.upgrade();
  const std::string ping = client_frame(9, "");
  while (raw.send(ping) && server.connections() > 0) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(all_gone(server));
}

TEST(Deadline, PeerThatNeverEndsTcpAfterTheClose) {
  auto settings = small_settings();
  settings.deadlines.close = kTiny;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  raw.send(close_frame(1000));
  EXPECT_EQ(raw.read_frame().value().opcode, 8);
  EXPECT_EQ(raw.read_to_end(), "");
  EXPECT_TRUE(all_gone(server));  // our side stays open; the server lets go all the same
}

TEST(Deadline, PeerThatTakesNothing) {
  auto settings = small_settings();
  settings.deadlines.write = kTiny;
  settings.limits.queued = std::size_t{64} * 1024 * 1024;
  Signal closed;
  auto handlers = echo_handlers();
  handlers.on_open = [](const Connection& connection) {
    EXPECT_TRUE(connection.send_binary(std::vector<std::uint8_t>(std::size_t{32} * 1024 * 1024)));
  };
  handlers.on_close = [&](const Connection&, const CloseInfo& info) {
    EXPECT_EQ(info.code, 1006);
    EXPECT_NE(info.problem.find("does not read"), std::string_view::npos) << info.problem;
    closed.set();
  };
  auto server = start(settings, handlers);
  Raw raw(server.port(), 4096);
  raw.upgrade();
  EXPECT_TRUE(closed.wait());
}

TEST(Deadline, ManyAtOnce) {
  auto settings = small_settings();
  settings.deadlines.handshake = kTiny;
  settings.deadlines.idle = kTiny * 3;
  settings.deadlines.close = kTiny;
  auto server = start(settings, echo_handlers());
  std::vector<Raw> peers;
  for (int i = 0; i < 300; ++i) {
    peers.emplace_back(server.port());
    if (i % 2 == 0) {
      peers.back().upgrade();
    }
  }
  for (Raw& peer : peers) {
    peer.read_to_end();
  }
  EXPECT_TRUE(all_gone(server));
}

}  // namespace
}  // namespace osprey::test
