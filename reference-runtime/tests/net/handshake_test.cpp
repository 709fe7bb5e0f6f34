// SPDX-License-Identifier: Apache-2.0
// What an application decides about an opening handshake (RFC 6455 §4.2.2), and refusals on the
// wire.
#include <gtest/gtest.h>

#include "support.hpp"

namespace osprey::test {
namespace {

std::string status_of(const std::string& head) {
  return head.substr(9, 3);
}

TEST(Handshake, PathIsMatchedWithoutItsQuery) {
  auto settings = small_settings();
  settings.path = "/chat";
  auto server = start(settings, echo_handlers());
  EXPECT_EQ(status_of(Raw(server.port()).upgrade("/chat")), "101");
  EXPECT_EQ(status_of(Raw(server.port()).upgrade("/chat?room=1")), "101");
  EXPECT_EQ(status_of(Raw(server.port()).upgrade("/chatter")), "404");
  EXPECT_EQ(status_of(Raw(server.port()).upgrade("/")), "404");
}

TEST(Handshake, OriginsAreComparedWhole) {
  auto settings = small_settings();
  settings.origins = {"https://good.example"};
  auto server = start(settings, echo_handlers());
  const auto with = [&](const std::string& origin) {
    return status_of(Raw(server.port()).upgrade("/", "Origin: " + origin + "\r\n"));
  };
  EXPECT_EQ(with("https://good.example"), "101");
  EXPECT_EQ(with("https://good.example.evil"), "403");
  EXPECT_EQ(with("http://good.example"), "403");
  EXPECT_EQ(with("null"), "403");
  EXPECT_EQ(status_of(Raw(server.port()).upgrade()), "101");
}

TEST(Handshake, SubprotocolOfTheServersPreference) {
  auto settings = small_settings();
  settings.subprotocols = {"b", "a"};
  auto server = start(settings, echo_handlers());
  const std::string both = Raw(server.port()).upgrade("/", "Sec-WebSocket-Protocol: a, b\r\n");
  EXPECT_NE(both.find("Sec-WebSocket-Protocol: b\r\n"), std::string::npos) << both;
  const std::string none = Raw(server.port()).upgrade("/", "Sec-WebSocket-Protocol: z\r\n");
  EXPECT_EQ(status_of(none), "101");
  EXPECT_EQ(none.find("Sec-WebSocket-Protocol"), std::string::npos) << none;
}

TEST(Handshake, ClientIsToldTheSubprotocol) {
  auto settings = small_settings();
  settings.subprotocols = {"chat"};
  auto server = start(settings, echo_handlers());
  ClientSettings offering;
  offering.subprotocols = {"other", "chat"};
  auto client = WebSocketClient::connect(server.url(), offering);
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_EQ(client.value().subprotocol(), "chat");
}

TEST(Handshake, HostThatDoesNotResolveIsNoConnection) {
  const auto client = WebSocketClient::connect("ws://no-such-host.invalid/");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::connect_failed);
  EXPECT_NE(client.error().message.find("no-such-host.invalid"), std::string::npos);
}

TEST(Handshake, HookSeesTheRequestAndDecides) {
  auto handlers = echo_handlers();
  handlers.on_upgrade = [](const UpgradeView& view) {
    if (view.header("authorization") != "Basic abc") {
      Decision no = Decision::refuse(401, "who are you?");
      no.headers.emplace_back("WWW-Authenticate", "Basic realm=\"x\"");
      return no;
    }
    EXPECT_EQ(view.target, "/a?b=c");
    EXPECT_EQ(view.path, "/a");
    EXPECT_EQ(view.query, "b=c");
    EXPECT_EQ(view.host, "localhost");
    EXPECT_FALSE(view.secure);
    Decision yes = Decision::accept();
    yes.headers.emplace_back("Set-Cookie", "s=1");
    return yes;
  };
  auto server = start(small_settings(), handlers);
  Raw refused(server.port());
  const std::string no = refused.upgrade("/a?b=c");
  EXPECT_EQ(status_of(no), "401");
  EXPECT_NE(no.find("WWW-Authenticate: Basic realm=\"x\"\r\n"), std::string::npos) << no;
  EXPECT_EQ(refused.read_to_end(), "who are you?");
  const std::string yes = Raw(server.port()).upgrade("/a?b=c", "Authorization: Basic abc\r\n");
  EXPECT_EQ(status_of(yes), "101");
  EXPECT_NE(yes.find("Set-Cookie: s=1\r\n"), std::string::npos) << yes;
}

TEST(Handshake, HeaderInjectionByTheHookIsA500) {
  auto handlers = echo_handlers();
  handlers.on_upgrade = [](const UpgradeView&) {
    Decision yes = Decision::accept();
    yes.headers.emplace_back("X", "a\r\nInjected: yes");
    return yes;
  };
  auto server = start(small_settings(), handlers);
  const std::string head = Raw(server.port()).upgrade();
  EXPECT_EQ(status_of(head), "500");
  EXPECT_EQ(head.find("Injected"), std::string::npos);
}

TEST(Handshake, RefusalWithUnreadOctetsCausesNoReset) {
  auto server = start(small_settings(), echo_handlers());
  Raw raw(server.port());
  raw.send("POST / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(300'000, 'x'));
  EXPECT_EQ(status_of(raw.read_head()), "405");
  bool reset = false;
  raw.read_to_end(&reset);
  EXPECT_FALSE(reset);
}

TEST(Handshake, HeadOverTheLimit) {
  auto settings = small_settings();
  settings.limits.header_block = 1024;
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.send("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x'));
  EXPECT_EQ(status_of(raw.read_head()), "431");
}

}  // namespace
}  // namespace osprey::test
