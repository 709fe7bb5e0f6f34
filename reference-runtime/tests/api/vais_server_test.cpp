// SPDX-License-Identifier: Apache-2.0
// Vais std/websocket: WsServer, ws_server and ws_upgrade.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <osprey/vais_websocket.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "faulty_io.hpp"
#include "support.hpp"

namespace osprey::test {
namespace {

const std::string kRequest =
    "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const std::string kAccept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

std::int64_t address_of(const std::string& text) {
  return reinterpret_cast<std::int64_t>(text.data());
}
std::int64_t size_of(const std::string& text) {
  return static_cast<std::int64_t>(text.size());
}

TEST(VaisServer, APortThatCannotBeHadGivesNoServer) {
  for (const std::int64_t port : {-1, 0, 65536}) {
    WsServer server = WsServer_bind(port);
    EXPECT_EQ(server.listener_fd, -1) << port;
    EXPECT_EQ(server.running, 0);
    EXPECT_EQ(WsServer_is_valid(&server), 0);
    EXPECT_EQ(WsServer_accept(&server).fd, -1);
    EXPECT_EQ(WsServer_run_echo(&server), -1);
    EXPECT_EQ(WsServer_stop(&server), -1);
    EXPECT_EQ(WsServer_close(&server), -1);
    EXPECT_EQ(WsServer_drop(&server), 0);
  }
  EXPECT_EQ(WsServer_is_valid(nullptr), 0);
  EXPECT_EQ(WsServer_accept(nullptr).fd, -1);
  EXPECT_EQ(WsServer_drop(nullptr), 0);
}

TEST(VaisServer, ATakenPortIsRefusedAndFreeAfterClose) {
  const std::int64_t port = free_port();
  WsServer first = ws_server(port);
  ASSERT_EQ(WsServer_is_valid(&first), 1);
  EXPECT_EQ(first.port, port);
  EXPECT_EQ(first.running, 1);
  WsServer second = ws_server(port);
  EXPECT_EQ(second.listener_fd, -1);
  EXPECT_EQ(WsServer_close(&first), 0);
  EXPECT_EQ(WsServer_close(&first), -1);
  EXPECT_EQ(WsServer_is_valid(&first), 0);
  second = WsServer_bind(port);
  EXPECT_EQ(WsServer_is_valid(&second), 1);
  EXPECT_EQ(WsServer_drop(&second), 0);
}

TEST(VaisServer, AcceptShakesHands) {
  const std::uint16_t port = free_port();
  WsServer server = ws_server(port);
  Raw client(port);
  // A frame right behind the request is kept for recv_frame.
  client.send(kRequest + client_frame(1, "early"));
  WsConnection connection = WsServer_accept(&server);
  ASSERT_GE(connection.fd, 0);
  EXPECT_EQ(connection.is_server, 1);
  EXPECT_EQ(connection.state, WS_STATE_OPEN);
  const std::string head = client.read_head();
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
  EXPECT_NE(head.find(kAccept), std::string::npos) << head;
  WsFrame frame = WsConnection_recv_frame(&connection);
  EXPECT_STREQ(WsFrame_payload_text(&frame), "early");
  WsFrame_drop(&frame);
  WsConnection_drop(&connection);
  WsServer_drop(&server);
}

TEST(VaisServer, AWrongRequestGetsItsErrorAndTheServerGoesOn) {
  const std::uint16_t port = free_port();
  WsServer server = ws_server(port);
  const std::string huge =
      "GET / HTTP/1.1\r\nX: " + std::string(WS_HEADER_BUFFER, 'x') + "\r\n\r\n";
  for (const auto& [request, status] :
       std::vector<std::pair<std::string, std::string>>{{"POST / HTTP/1.1\r\nHost: h\r\n\r\n", "4"},
                                                        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "4"},
                                                        {"nonsense\r\n\r\n", "400"},
                                                        {huge, "431"}}) {
    Raw client(port);
    client.send(request);
    client.finish_sending();
    const WsConnection connection = WsServer_accept(&server);
    EXPECT_EQ(connection.fd, -1);
    EXPECT_EQ(connection.state, WS_STATE_CLOSED);
    const std::string answer = client.read_to_end();
    EXPECT_EQ(answer.substr(9, status.size()), status) << answer;
  }
  { const Raw gone(port); }
  EXPECT_EQ(WsServer_accept(&server).fd, -1);
  EXPECT_EQ(WsServer_is_valid(&server), 1);
  WsServer_drop(&server);
}

TEST(VaisServer, RunEchoServesOneAfterTheOtherUntilStop) {
  const std::uint16_t port = free_port();
  WsServer server = ws_server(port);
  std::int64_t served = -2;
  std::thread echo([&] { served = WsServer_run_echo(&server); });
  for (int i = 0; i < 3; ++i) {
    Raw client(port);
    EXPECT_NE(client.upgrade().find(" 101 "), std::string::npos);
    client.send(client_frame(1, "text") + client_frame(2, "octets") + client_frame(9, "ping") +
                client_frame(1, "in ", false) + client_frame(0, "two"));
    for (const char* const expected : {"text", "octets", "ping", "in ", "two"}) {
      EXPECT_EQ(client.read_frame().value().payload, expected);
    }
    client.send(close_frame(1000));
    EXPECT_EQ(client.read_frame().value().close_code(), 1000);
    EXPECT_EQ(client.read_to_end(), "");
  }
  EXPECT_EQ(WsServer_stop(&server), 0);
  echo.join();
  EXPECT_EQ(served, 3);
  EXPECT_EQ(server.running, 0);
  WsServer_drop(&server);
}

// Trouble of one connection with the network, and descriptors that ran out for a while.
TEST(VaisServer, RunEchoOutlivesAnAcceptThatFails) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, ENETDOWN, EPROTO, EHOSTUNREACH, EPERM}) {
    const std::uint16_t port = free_port();
    WsServer server = ws_server(port);
    const FailNthCall fault(1, error, Calls::accept);
    std::int64_t served = -2;
    std::thread echo([&] { served = WsServer_run_echo(&server); });
    {
      Raw client(port);
      EXPECT_NE(client.upgrade().find(" 101 "), std::string::npos) << error;
      client.send(close_frame(1000));
      EXPECT_EQ(client.read_to_end().size(), 4U) << error;
    }
    EXPECT_EQ(WsServer_stop(&server), 0);
    echo.join();
    EXPECT_EQ(served, 1) << error;
    EXPECT_TRUE(FailNthCall::reached());
    WsServer_drop(&server);
  }
}

TEST(VaisServer, RunEchoThatWaitsForDescriptorsCanBeStopped) {
  WsServer server = ws_server(free_port());
  const FailNthCall fault(1, EMFILE, Calls::accept);
  std::thread echo([&] { (void)WsServer_run_echo(&server); });
  while (!FailNthCall::reached()) {
    const Raw knock(static_cast<std::uint16_t>(server.port));
  }
  EXPECT_EQ(WsServer_stop(&server), 0);
  echo.join();
  WsServer_drop(&server);
}

TEST(VaisServer, StopWakesAnAccept) {
  WsServer server = ws_server(free_port());
  std::int64_t fd = 0;
  std::thread waiting([&] { fd = WsServer_accept(&server).fd; });
  EXPECT_EQ(WsServer_stop(&server), 0);
  waiting.join();
  EXPECT_EQ(fd, -1);
  WsServer_drop(&server);
}

struct Accepted {
  Accepted() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    fd = ends[0];
    client.emplace(ends[1]);
  }
  int fd = -1;
  std::optional<Raw> client;
};

TEST(VaisUpgrade, TheRequestMayHaveBeenReadWhollyPartlyOrNotAtAll) {
  for (const std::size_t read : {std::size_t{0}, std::size_t{30}, kRequest.size()}) {
    Accepted socket;
    socket.client->send(kRequest.substr(read));
    const std::string first = kRequest.substr(0, read);
    WsConnection connection = ws_upgrade(socket.fd, address_of(first), size_of(first));
    EXPECT_EQ(connection.fd, socket.fd) << read;
    EXPECT_EQ(WsConnection_is_open(&connection), 1);
    EXPECT_NE(socket.client->read_head().find(kAccept), std::string::npos);
    WsConnection_drop(&connection);
  }
}

TEST(VaisUpgrade, FramesBehindTheRequestInTheBufferAreNotLost) {
  Accepted socket;
  const std::string buffer = kRequest + client_frame(2, "behind");
  WsConnection connection = ws_upgrade(socket.fd, address_of(buffer), size_of(buffer));
  WsFrame frame = WsConnection_recv_frame(&connection);
  EXPECT_STREQ(WsFrame_payload_text(&frame), "behind");
  WsFrame_drop(&frame);
  WsConnection_drop(&connection);
}

TEST(VaisUpgrade, AFailureIsAnsweredAndLeavesTheDescriptorToTheCaller) {
  Accepted socket;
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  const WsConnection connection = ws_upgrade(socket.fd, address_of(request), size_of(request));
  EXPECT_EQ(connection.fd, -1);
  EXPECT_EQ(connection.state, WS_STATE_CLOSED);
  EXPECT_EQ(socket.client->read_head().substr(9, 1), "4");
  EXPECT_EQ(::close(socket.fd), 0);
}

TEST(VaisUpgrade, ArgumentsThatCannotBeUsed) {
  Accepted socket;
  EXPECT_EQ(ws_upgrade(-1, address_of(kRequest), size_of(kRequest)).fd, -1);
  EXPECT_EQ(ws_upgrade(socket.fd, address_of(kRequest), -1).fd, -1);
  EXPECT_EQ(ws_upgrade(socket.fd, 0, 10).fd, -1);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  EXPECT_EQ(ws_upgrade(pipe[0], address_of(kRequest), size_of(kRequest)).fd, -1);
  EXPECT_EQ(::close(pipe[0]) + ::close(pipe[1]) + ::close(socket.fd), 0);
}

}  // namespace
}  // namespace osprey::test
