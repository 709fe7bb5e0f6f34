// SPDX-License-Identifier: Apache-2.0
// WebSocket connections that begin on the port of an HTTP server.
#include <gtest/gtest.h>

#include <osprey/http_server.hpp>

#include "support.hpp"

namespace osprey::test {
namespace {

constexpr std::string_view kUpgrade =
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

class SharedPort : public ::testing::Test {
 protected:
  SharedPort() {
    HttpServerSettings settings;
    settings.threads = 1;
    auto bound = HttpServer::bind(std::move(settings));
    EXPECT_TRUE(bound);
    server_.emplace(std::move(bound.value()));
    EXPECT_TRUE(server_->listen([](const HttpRequestView&) {
      HttpAnswer answer;
      answer.body = "http";
      return answer;
    }));
    auto shared = server_->share_with_websocket(small_settings(), echo_handlers());
    EXPECT_TRUE(shared);
  }

  std::uint16_t port() const { return server_->port(); }

 private:
  std::optional<HttpServer> server_;
};

// A client may send what it likes as soon as its request is out (RFC 6455 §4.1 only keeps it from
// doing so before the answer; a server that has read the octets may not lose them).
TEST_F(SharedPort, AFrameInTheSegmentOfTheUpgradeIsEchoed) {
  Raw raw(port());
  raw.send(std::string(kUpgrade) + client_frame(1, "early") + client_frame(2, "next"));
  EXPECT_EQ(raw.read_head().substr(9, 3), "101");
  EXPECT_EQ(raw.read_frame().value().payload, "early");
  EXPECT_EQ(raw.read_frame().value().payload, "next");
  raw.send(client_frame(1, "later"));
  EXPECT_EQ(raw.read_frame().value().payload, "later");
}

TEST_F(SharedPort, HttpFirstThenTheUpgradeAndItsFrameInOneSegment) {
  Raw raw(port());
  raw.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(kUpgrade) + client_frame(1, "x"));
  EXPECT_EQ(raw.read_head().substr(9, 3), "200");
  EXPECT_EQ(raw.read(4), "http");
  EXPECT_EQ(raw.read_head().substr(9, 3), "101");
  EXPECT_EQ(raw.read_frame().value().payload, "x");
}

TEST_F(SharedPort, WhatFollowsARefusedUpgradeIsDropped) {
  Raw raw(port());
  std::string request(kUpgrade);
  request.replace(request.find("13"), 2, "12");
  raw.send(request + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(raw.read_head().substr(9, 3), "426");
  EXPECT_EQ(raw.read_to_end().find("HTTP/1.1"), std::string::npos);
}

}  // namespace
}  // namespace osprey::test
