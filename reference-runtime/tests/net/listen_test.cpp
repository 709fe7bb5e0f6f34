// SPDX-License-Identifier: Apache-2.0
// Ports: busy, retried, free again; descriptors running out.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

TEST(Listen, BusyPortIsNamedWithItsReason) {
  auto first = start(small_settings(), echo_handlers());
  auto settings = small_settings();
  settings.port = first.port();
  settings.bind_retry = std::chrono::milliseconds(30);
  const auto second = WebSocketServer::start(settings, echo_handlers());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::address_in_use);
  EXPECT_EQ(second.error().message, "cannot listen on 127.0.0.1:" + std::to_string(first.port()) +
                                        ": Address already in use");
}

TEST(Listen, BusyPortIsRetriedUntilItIsFree) {
  auto first = start(small_settings(), echo_handlers());
  auto settings = small_settings();
  settings.port = first.port();
  settings.bind_retry = std::chrono::duration_cast<std::chrono::milliseconds>(kLimit);
  Signal listening;
  std::thread second([&] {
    auto server = WebSocketServer::start(settings, echo_handlers());
    EXPECT_TRUE(server) << server.error().message;
    listening.set();
  });
  first.stop();
  EXPECT_TRUE(listening.wait());
  second.join();
}

TEST(Listen, PortIsFreeAtOnceAfterStop) {
  auto server = start(small_settings(), echo_handlers());
  auto settings = small_settings();
  settings.port = server.port();
  for (int round = 0; round < 20; ++round) {
    {
      // The server ends TCP first, so its port has connections in TIME_WAIT.
      Raw raw(settings.port);
      raw.upgrade();
      raw.send(close_frame(1000));
      raw.read_to_end();
    }
    server.stop();
    auto next = WebSocketServer::start(settings, echo_handlers());
    ASSERT_TRUE(next) << next.error().message;
    server = std::move(next.value());
  }
}

TEST(Listen, UnknownHost) {
  auto settings = small_settings();
  settings.host = "no-such-host.invalid";
  const auto server = WebSocketServer::start(settings, echo_handlers());
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::address_unusable);
  EXPECT_NE(server.error().message.find("no-such-host.invalid"), std::string::npos);
}

TEST(Listen, AddressOfAnotherMachine) {
  auto settings = small_settings();
  settings.host = "192.0.2.1";
  const auto server = WebSocketServer::start(settings, echo_handlers());
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::address_unusable) << server.error().message;
}

TEST(Listen, Ipv6) {
  auto settings = small_settings();
  settings.host = "::1";
  auto server = WebSocketServer::start(settings, echo_handlers());
  if (!server && server.error().code == ErrorCode::address_unusable) {
    GTEST_SKIP() << "no IPv6 here: " << server.error().message;
  }
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_EQ(server.value().url(), "ws://[::1]:" + std::to_string(server.value().port()));
  auto client = WebSocketClient::connect(server.value().url());
  EXPECT_TRUE(client) << client.error().message;
}

// Who knocks while descriptors are used up is served when there are some again.
TEST(Listen, OutOfDescriptors) {
  auto server = start(small_settings(), echo_handlers());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  Raw raw(server.port());
  Raw late(server.port());
  for (Raw* peer : {&raw, &late}) {  // a sanitizer needs descriptors for its first look at a type
    peer->upgrade();
    peer->send(client_frame(1, "before"));
    EXPECT_EQ(peer->read_frame().value().payload, "before");
  }
  rlimit tight = before;
  tight.rlim_cur =
      open_descriptors() + 1;  // one for the socket of the next peer, none to accept it with
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  Raw waiting(server.port());
  raw.send(client_frame(1, "still served"));
  EXPECT_EQ(raw.read_frame().value().payload, "still served");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(waiting.upgrade().substr(0, 12), "HTTP/1.1 101");
}

}  // namespace
}  // namespace osprey::test
