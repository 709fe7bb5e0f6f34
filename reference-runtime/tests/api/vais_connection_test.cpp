// SPDX-License-Identifier: Apache-2.0
// Vais std/websocket: WsConnection over one end of a pair of sockets; the other end is the test's.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <osprey/vais_websocket.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <set>
#include <string>
#include <thread>

#include "support.hpp"

namespace osprey::test {
namespace {

struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours = ends[0];
    peer.emplace(ends[1]);
  }
  std::int64_t ours = -1;
  std::optional<Raw> peer;
};

struct ServerEnd : Pair {
  WsConnection connection = WsConnection_from_server(ours);
  ~ServerEnd() { WsConnection_drop(&connection); }
};
struct ClientEnd : Pair {
  WsConnection connection = WsConnection_from_client(ours);
  ~ClientEnd() { WsConnection_drop(&connection); }
};

std::int64_t address_of(const std::string& text) {
  return reinterpret_cast<std::int64_t>(text.data());
}

// Receives one frame, drops it, and answers its opcode.
std::int64_t receive(WsConnection& connection) {
  WsFrame frame = WsConnection_recv_frame(&connection);
  const std::int64_t opcode = frame.opcode;
  WsFrame_drop(&frame);
  return opcode;
}

// A masked frame of the peer, taken apart.
struct MaskedFrame {
  std::string key;
  std::string payload;
};
MaskedFrame read_masked(Raw& peer) {
  const std::string head = peer.read(2);
  EXPECT_NE(static_cast<unsigned char>(head[1]) & 0x80U, 0U) << "a client's frame is masked";
  MaskedFrame frame;
  frame.key = peer.read(4);
  frame.payload = peer.read(static_cast<unsigned char>(head[1]) & 0x7FU);
  for (std::size_t i = 0; i < frame.payload.size(); ++i) {
    frame.payload[i] = static_cast<char>(frame.payload[i] ^ frame.key[i % 4]);
  }
  return frame;
}

TEST(VaisConnection, BothSidesBeginOpen) {
  ServerEnd server;
  EXPECT_EQ(server.connection.fd, server.ours);
  EXPECT_EQ(server.connection.is_server, 1);
  EXPECT_EQ(server.connection.state, WS_STATE_OPEN);
  EXPECT_EQ(WsConnection_is_open(&server.connection), 1);
  ClientEnd client;
  EXPECT_EQ(client.connection.is_server, 0);
  EXPECT_EQ(WsConnection_is_open(&client.connection), 1);
}

TEST(VaisConnection, WhatIsNoStreamSocketIsNoConnection) {
  const int file = ::memfd_create("file", MFD_CLOEXEC);
  const int datagrams = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int closed = ::dup(file);
  ::close(closed);
  for (const std::int64_t fd : {std::int64_t{-1}, std::int64_t{file}, std::int64_t{datagrams},
                                std::int64_t{closed}, std::int64_t{1} << 40U}) {
    for (WsConnection connection : {WsConnection_from_server(fd), WsConnection_from_client(fd)}) {
      EXPECT_EQ(connection.fd, -1) << fd;
      EXPECT_EQ(connection.state, WS_STATE_CLOSED);
      EXPECT_EQ(WsConnection_is_open(&connection), 0);
      EXPECT_EQ(WsConnection_send_text(&connection, "x"), -1);
      EXPECT_EQ(WsConnection_send_close(&connection, WS_CLOSE_NORMAL), -1);
      EXPECT_EQ(receive(connection), -1);
      EXPECT_EQ(WsConnection_close(&connection), -1);
      EXPECT_EQ(WsConnection_force_close(&connection), -1);
      EXPECT_EQ(WsConnection_drop(&connection), 0);
    }
  }
  EXPECT_EQ(::close(file), 0) << "descriptors that are refused stay the caller's";
  EXPECT_EQ(::close(datagrams), 0);
}

TEST(VaisConnection, NothingIsAskedOfNoConnection) {
  EXPECT_EQ(WsConnection_is_open(nullptr), 0);
  EXPECT_EQ(WsConnection_send_text(nullptr, "x"), -1);
  EXPECT_EQ(WsConnection_send_pong(nullptr), -1);
  EXPECT_EQ(WsConnection_recv_frame(nullptr).opcode, -1);
  EXPECT_EQ(WsConnection_close(nullptr), -1);
  EXPECT_EQ(WsConnection_drop(nullptr), 0);
}

TEST(VaisConnection, AServerSendsPlainFramesAndCountsTheirOctets) {
  ServerEnd end;
  const std::string octets("\0\1", 2);
  EXPECT_EQ(WsConnection_send_text(&end.connection, "hello"), 7);
  EXPECT_EQ(WsConnection_send_binary(&end.connection, address_of(octets), 2), 4);
  EXPECT_EQ(WsConnection_send_ping(&end.connection), 2);
  EXPECT_EQ(WsConnection_send_pong(&end.connection), 2);
  EXPECT_EQ(end.peer->read(15), std::string("\x81\x05hello\x82\x02\0\1\x89\0\x8a\0", 15));
}

TEST(VaisConnection, AClientMasksEachFrameWithAFreshKey) {
  ClientEnd end;
  std::set<std::string> keys;
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(WsConnection_send_text(&end.connection, "same"), 10);
    const MaskedFrame frame = read_masked(*end.peer);
    EXPECT_EQ(frame.payload, "same");
    std::uint32_t key = 0;
    std::memcpy(&key, frame.key.data(), 4);
    EXPECT_EQ(end.connection.mask_key, std::int64_t{key});
    keys.insert(frame.key);
  }
  EXPECT_EQ(keys.size(), 64U);
}

TEST(VaisConnection, FramesTheRfcForbidsAreNotSent) {
  ServerEnd end;
  const std::string most(WS_MAX_FRAME_SIZE, 'm');
  const std::string more(WS_MAX_FRAME_SIZE + 1, 'm');
  std::string taken;
  EXPECT_EQ(WsConnection_send_binary(&end.connection, address_of(more), WS_MAX_FRAME_SIZE + 1), -1);
  EXPECT_EQ(WsConnection_send_binary(&end.connection, address_of(most), -1), -1);
  EXPECT_EQ(WsConnection_send_binary(&end.connection, 0, 4), -1);
  EXPECT_EQ(WsConnection_send_text(&end.connection, nullptr), -1);
  EXPECT_EQ(WsConnection_send_text(&end.connection, "\xff"), -1);
  EXPECT_EQ(WsConnection_send_frame(&end.connection, nullptr), -1);
  for (const std::int64_t opcode : {3, 7, 11, 15}) {
    const WsFrame reserved{opcode, 0, 0, 1, 0};
    EXPECT_EQ(WsConnection_send_frame(&end.connection, &reserved), -1) << opcode;
  }
  const WsFrame none{-1, 0, 0, 1, 0};
  EXPECT_EQ(WsConnection_send_frame(&end.connection, &none), -1);
  const WsFrame long_ping{WS_OPCODE_PING, address_of(most), 126, 1, 0};
  EXPECT_EQ(WsConnection_send_frame(&end.connection, &long_ping), -1);
  const WsFrame cut_ping{WS_OPCODE_PING, 0, 0, 0, 0};
  EXPECT_EQ(WsConnection_send_frame(&end.connection, &cut_ping), -1);
  EXPECT_EQ(WsConnection_send_close(&end.connection, 1006), -1);
  EXPECT_EQ(end.connection.state, WS_STATE_OPEN);
  // None of it was on the wire.
  EXPECT_EQ(WsConnection_send_binary(&end.connection, address_of(most), WS_MAX_FRAME_SIZE),
            WS_MAX_FRAME_SIZE + 10);
  EXPECT_EQ(end.peer->read_frame().value().payload, most);
}

TEST(VaisConnection, FragmentsComeAsFramesOfTheirOwn) {
  ServerEnd end;
  end.peer->send(client_frame(1, "κ", false) + client_frame(9, "now") + client_frame(0, "όσ"));
  WsFrame first = WsConnection_recv_frame(&end.connection);
  EXPECT_EQ(WsFrame_is_text(&first), 1);
  EXPECT_EQ(first.is_final, 0);
  EXPECT_EQ(first.is_masked, 1);
  EXPECT_STREQ(WsFrame_payload_text(&first), "κ");
  EXPECT_EQ(receive(end.connection), WS_OPCODE_PING);
  WsFrame last = WsConnection_recv_frame(&end.connection);
  EXPECT_EQ(last.opcode, WS_OPCODE_CONTINUATION);
  EXPECT_EQ(last.is_final, 1);
  EXPECT_STREQ(WsFrame_payload_text(&last), "όσ");
  WsFrame_drop(&first);
  WsFrame_drop(&last);
}

TEST(VaisConnection, APongRepeatsTheLatestPingOnce) {
  ServerEnd end;
  end.peer->send(client_frame(9, "one") + client_frame(9, "two"));
  EXPECT_EQ(receive(end.connection), WS_OPCODE_PING);
  EXPECT_EQ(receive(end.connection), WS_OPCODE_PING);
  EXPECT_EQ(WsConnection_send_pong(&end.connection), 5);
  EXPECT_EQ(WsConnection_send_pong(&end.connection), 2);
  EXPECT_EQ(end.peer->read_frame().value().payload, "two");
  EXPECT_EQ(end.peer->read_frame().value().payload, "");
}

TEST(VaisConnection, BrokenRulesAreAnsweredWithTheirCode) {
  struct Row {
    std::string octets;
    int code;
  };
  const std::string unmasked("\x81\x02hi", 4);
  for (const Row& row : {Row{unmasked, 1002}, Row{client_frame(3, "?"), 1002},
                         Row{client_frame(0, "orphan"), 1002}, Row{client_frame(1, "\xff"), 1007},
                         Row{client_frame(2, std::string(WS_MAX_FRAME_SIZE + 1, 'x')), 1009},
                         Row{client_frame(8, "x"), 1002}}) {
    ServerEnd end;
    std::thread sender([&] { end.peer->send(row.octets); });
    EXPECT_EQ(receive(end.connection), -1);
    EXPECT_EQ(end.connection.state, WS_STATE_CLOSED);
    EXPECT_EQ(receive(end.connection), -1);
    EXPECT_EQ(end.peer->read_frame().value().close_code(), row.code);
    WsConnection_drop(&end.connection);
    sender.join();
  }
  ClientEnd client;
  client.peer->send(client_frame(1, "masked"));
  EXPECT_EQ(receive(client.connection), -1);
  EXPECT_EQ(read_masked(*client.peer).payload, "\x03\xea");
}

TEST(VaisConnection, ThePeersCloseIsAnsweredOnce) {
  ServerEnd end;
  end.peer->send(close_frame(1001, "away"));
  WsFrame frame = WsConnection_recv_frame(&end.connection);
  EXPECT_EQ(WsFrame_is_close(&frame), 1);
  EXPECT_EQ(WsFrame_close_code(&frame), 1001);
  WsFrame_drop(&frame);
  EXPECT_EQ(end.connection.state, WS_STATE_CLOSED);
  EXPECT_EQ(WsConnection_is_open(&end.connection), 0);
  EXPECT_EQ(WsConnection_send_close(&end.connection, WS_CLOSE_NORMAL), -1);
  EXPECT_EQ(receive(end.connection), -1);
  EXPECT_EQ(WsConnection_force_close(&end.connection), 0);
  EXPECT_EQ(end.peer->read_to_end(), std::string("\x88\x02\x03\xe9", 4));
}

TEST(VaisConnection, OurCloseIsAnsweredByThePeerAndNotAgainByUs) {
  ServerEnd end;
  EXPECT_EQ(WsConnection_send_close(&end.connection, WS_CLOSE_GOING_AWAY), 4);
  EXPECT_EQ(end.connection.state, WS_STATE_CLOSING);
  EXPECT_EQ(WsConnection_is_open(&end.connection), 0);
  EXPECT_EQ(WsConnection_send_text(&end.connection, "late"), -1);
  end.peer->send(client_frame(1, "on its way") + close_frame(1001));
  EXPECT_EQ(receive(end.connection), WS_OPCODE_TEXT);
  EXPECT_EQ(receive(end.connection), WS_OPCODE_CLOSE);
  EXPECT_EQ(end.connection.state, WS_STATE_CLOSED);
  WsConnection_drop(&end.connection);
  EXPECT_EQ(end.peer->read_to_end(), std::string("\x88\x02\x03\xe9", 4));
}

TEST(VaisConnection, ACloseFrameOfTheCallersOwnClosesToo) {
  ServerEnd end;
  WsFrame frame = WsFrame_close(WS_CLOSE_NO_STATUS);
  EXPECT_EQ(WsConnection_send_frame(&end.connection, &frame), 2);
  WsFrame_drop(&frame);
  EXPECT_EQ(end.connection.state, WS_STATE_CLOSING);
}

TEST(VaisConnection, ClosingGracefullyWaitsForThePeersClose) {
  ServerEnd end;
  std::thread peer([&] {
    EXPECT_EQ(end.peer->read_frame().value().close_code(), 1000);
    end.peer->send(client_frame(2, "still here") + close_frame(1000));
    EXPECT_EQ(end.peer->read_to_end(), "");
    end.peer.reset();
  });
  EXPECT_EQ(WsConnection_close(&end.connection), 0);
  peer.join();
  EXPECT_EQ(end.connection.fd, -1);
  EXPECT_EQ(end.connection.state, WS_STATE_CLOSED);
  EXPECT_EQ(WsConnection_close(&end.connection), -1);
  EXPECT_EQ(::fcntl(static_cast<int>(end.ours), F_GETFD), -1) << "the descriptor is closed";
}

TEST(VaisConnection, APeerThatVanishesEndsTheConnection) {
  ServerEnd reading;
  reading.peer.reset();
  EXPECT_EQ(receive(reading.connection), -1);
  EXPECT_EQ(reading.connection.state, WS_STATE_CLOSED);
  ServerEnd writing;
  writing.peer.reset();
  EXPECT_EQ(WsConnection_send_text(&writing.connection, "nobody"), -1) << "and no SIGPIPE";
  EXPECT_EQ(writing.connection.state, WS_STATE_CLOSED);
  ServerEnd halfway;
  halfway.peer->send(client_frame(1, "cut").substr(0, 5));
  halfway.peer.reset();
  EXPECT_EQ(receive(halfway.connection), -1);
}

// A descriptor's number comes back for another connection: nothing of the old one may be left.
TEST(VaisConnection, ANumberUsedAgainStartsAfresh) {
  Pair first;
  const std::int64_t number = first.ours;
  WsConnection old = WsConnection_from_server(number);
  first.peer->send(client_frame(1, "open", false) + client_frame(9, "old"));
  EXPECT_EQ(receive(old), WS_OPCODE_TEXT);
  EXPECT_EQ(receive(old), WS_OPCODE_PING);
  ::close(static_cast<int>(number));  // by the program itself
  ServerEnd again;
  ASSERT_EQ(again.ours, number);
  EXPECT_EQ(WsConnection_send_pong(&again.connection), 2);
  again.peer->send(client_frame(1, "new"));
  EXPECT_EQ(receive(again.connection), WS_OPCODE_TEXT);
}

}  // namespace
}  // namespace osprey::test
