// SPDX-License-Identifier: Apache-2.0
// The closing handshake and the end of TCP (RFC 6455 §7).
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "support.hpp"
#include "wire/handshake_key.hpp"

namespace osprey::test {
namespace {

struct Ends {
  Counter count;
  std::mutex mutex;
  std::vector<ClientEnd> seen;

  void note(const CloseInfo& info) {
    {
      const std::lock_guard lock(mutex);
      seen.push_back({info.code, std::string(info.reason), info.clean, std::string(info.problem)});
    }
    count.add();
  }
};

ServerHandlers noting(Ends& ends) {
  auto handlers = echo_handlers();
  handlers.on_close = [&ends](const Connection& connection, const CloseInfo& info) {
    EXPECT_EQ(connection.send_text("too late").error().code, ErrorCode::closed);
    ends.note(info);
  };
  return handlers;
}

TEST(Close, ServerAnswersAndEndsTcpFirst) {
  Ends ends;
  auto server = start(small_settings(), noting(ends));
  Raw raw(server.port());
  raw.upgrade();
  raw.send(close_frame(3000, "bye"));
  const auto answer = raw.read_frame();
  EXPECT_EQ(answer.value().opcode, 8);
  EXPECT_EQ(answer.value().close_code(), 3000);
  bool reset = false;
  EXPECT_EQ(raw.read_to_end(&reset), "");  // the server's FIN, while our side is still open
  EXPECT_FALSE(reset);
  ASSERT_TRUE(ends.count.wait_for(1));
  EXPECT_EQ(ends.seen[0].code, 3000);
  EXPECT_EQ(ends.seen[0].reason, "bye");
  EXPECT_TRUE(ends.seen[0].clean);
}

TEST(Close, WhatComesAfterTheCloseCausesNoReset) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  ASSERT_TRUE(raw.send(close_frame(1000) + client_frame(2, std::string(200'000, 'x'))));
  EXPECT_EQ(raw.read_frame().value().opcode, 8);
  ASSERT_TRUE(raw.send(client_frame(2, std::string(2'000'000, 'y'))));
  bool reset = false;
  EXPECT_EQ(raw.read_to_end(&reset), "");
  EXPECT_FALSE(reset);
}

TEST(Close, ProtocolErrorIsAnsweredBeforeTcpEnds) {
  Ends ends;
  auto server = start(small_settings(), noting(ends));
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(1, "ok") + "\x81\x01x" + std::string(100'000, 'z'));
  EXPECT_EQ(raw.read_frame().value().payload, "ok");
  EXPECT_EQ(raw.read_frame().value().close_code(), 1002);
  bool reset = false;
  EXPECT_EQ(raw.read_to_end(&reset), "");
  EXPECT_FALSE(reset);
  ASSERT_TRUE(ends.count.wait_for(1));
  EXPECT_EQ(ends.seen[0].code, 1006);
  EXPECT_FALSE(ends.seen[0].clean);
  EXPECT_NE(ends.seen[0].problem.find("RFC 6455"), std::string::npos) << ends.seen[0].problem;
}

TEST(Close, EndOfTcpWithoutCloseIsReported) {
  Ends ends;
  auto server = start(small_settings(), noting(ends));
  const std::size_t before = open_descriptors();
  {
    Raw raw(server.port());
    raw.upgrade();
    raw.finish_sending();
    bool reset = false;
    EXPECT_EQ(raw.read_to_end(&reset), "");
    EXPECT_FALSE(reset);
  }
  ASSERT_TRUE(ends.count.wait_for(1));
  EXPECT_EQ(ends.seen[0].code, 1006);
  EXPECT_FALSE(ends.seen[0].clean);
  EXPECT_TRUE(all_gone(server));
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Close, MessageBeforeTheFinIsStillAnswered) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(1, "last words"));
  raw.finish_sending();
  EXPECT_EQ(raw.read_frame().value().payload, "last words");
  EXPECT_EQ(raw.read_to_end(), "");
}

TEST(Close, EndInTheMiddleOfAHeaderFreesTheConnection) {
  Ends ends;
  auto server = start(small_settings(), noting(ends));
  Raw raw(server.port());
  raw.upgrade();
  raw.send("\x81");
  raw.finish_sending();
  EXPECT_EQ(raw.read_to_end(), "");
  EXPECT_TRUE(ends.count.wait_for(1));
}

TEST(Close, ServerBegins) {
  Ends ends;
  auto handlers = noting(ends);
  handlers.on_message = [](const Connection& connection, const Message&) {
    EXPECT_TRUE(connection.send_text("before"));
    EXPECT_TRUE(connection.close(4000, "enough"));
    EXPECT_EQ(connection.send_text("after").error().code, ErrorCode::closed);
    EXPECT_EQ(connection.close().error().code, ErrorCode::closed);
  };
  auto server = start(small_settings(), handlers);
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(1, "x"));
  EXPECT_EQ(raw.read_frame().value().payload, "before");
  EXPECT_EQ(raw.read_frame().value().close_code(), 4000);
  raw.send(client_frame(9, "still answering") + close_frame(4000));
  EXPECT_EQ(raw.read_frame().value().opcode, 10);
  EXPECT_EQ(raw.read_to_end(), "");
  ASSERT_TRUE(ends.count.wait_for(1));
  EXPECT_TRUE(ends.seen[0].clean);
  EXPECT_EQ(ends.seen[0].code, 4000);
}

TEST(Close, AbortCutsAtOnce) {
  Ends ends;
  auto handlers = noting(ends);
  handlers.on_message = [](const Connection& connection, const Message&) { connection.abort(); };
  auto server = start(small_settings(), handlers);
  Raw raw(server.port());
  raw.upgrade();
  raw.send(client_frame(1, "x"));
  raw.read_to_end();
  ASSERT_TRUE(ends.count.wait_for(1));
  EXPECT_EQ(ends.seen[0].code, 1006);
}

// A server made of octets, for the client's side.
class RawServer {
 public:
  RawServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer() { ::close(fd_); }
  Raw accept() const { return Raw(::accept(fd_, nullptr, nullptr)); }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

TEST(Close, ClientGivesUpOnASilentServer) {
  RawServer server;
  ClientSettings settings;
  settings.deadlines.handshake = std::chrono::milliseconds(500);
  Signal refused;
  std::thread peer([&] {
    Raw raw = server.accept();
    const std::string head = raw.read_head();
    EXPECT_NE(head.find("Sec-WebSocket-Key: "), std::string::npos);
    // Never answered: the client gives up and ends its side.
    EXPECT_EQ(raw.read_to_end(), "");
    refused.set();
  });
  auto client = WebSocketClient::connect(server.url(), settings);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::timed_out) << client.error().message;
  peer.join();
  EXPECT_TRUE(refused.is_set());
}

// RFC 6455 §7.1.1: the client does not end TCP before the server does.
TEST(Close, ClientWaitsForTheServersFin) {
  RawServer server;
  std::thread peer([&] {
    Raw raw = server.accept();
    const std::string head = raw.read_head();
    const std::size_t at = head.find("Sec-WebSocket-Key: ") + 19;
    raw.send(
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Accept: " +
        wire::accept_of(head.substr(at, 24)).value() + "\r\n\r\n" +
        std::string("\x88\x02\x03\xe8", 4));
    const std::string answer = raw.read(8);  // a masked Close with a code
    ASSERT_EQ(answer.size(), 8U);
    EXPECT_EQ(answer.substr(0, 2), "\x88\x82");
    EXPECT_FALSE(raw.readable_within(std::chrono::milliseconds(100)))
        << "the client ended TCP first";
    raw.finish_sending();
    EXPECT_EQ(raw.read_to_end(), "");
  });
  auto client = WebSocketClient::connect(server.url());
  ASSERT_TRUE(client) << client.error().message;
  const ClientEnd end = client.value().wait();
  EXPECT_TRUE(end.clean);
  EXPECT_EQ(end.code, 1000);
  peer.join();
}

TEST(Close, ClientRefusesAWrongAnswer) {
  RawServer server;
  std::thread peer([&] {
    Raw raw = server.accept();
    raw.read_head();
    raw.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(raw.read_to_end(), "");
  });
  auto client = WebSocketClient::connect(server.url());
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::handshake_failed);
  EXPECT_NE(client.error().message.find("403"), std::string::npos) << client.error().message;
  peer.join();
}

TEST(Close, ClientLeavesTheEndOfTcpToTheServer) {
  auto server = start(small_settings(), echo_handlers());
  auto client = WebSocketClient::connect(server.url());
  ASSERT_TRUE(client);
  ASSERT_TRUE(client.value().connection().close(1000));
  const ClientEnd end = client.value().wait();
  EXPECT_TRUE(end.clean);
  EXPECT_EQ(end.code, 1000);
  EXPECT_EQ(client.value().connection().send_text("x").error().code, ErrorCode::closed);
}

}  // namespace
}  // namespace osprey::test
