// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake_server.hpp"

#include "support.hpp"
#include "wire/handshake_key.hpp"

namespace osprey::wire {
namespace {

using Lines = std::vector<std::string>;

// The request of RFC 6455 §1.3, to be changed line by line.
struct Request : testing::Head {
  Request()
      : Head{"GET /chat HTTP/1.1",
             {"Host: server.example.com", "Upgrade: websocket", "Connection: Upgrade",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"}} {}
};

// Held by the test, because the result has views into it.
WireError error_of(const testing::Head& request) {
  const std::string text = request.text();
  testing::keep_seed("handshake_request_fuzz", testing::bytes_of(text + "\r\n"));
  return read_upgrade_request(text).error();
}

WireError error_instead(const std::string& line) {
  return error_of(Request().instead(line));
}

std::string accepted(const testing::Head& request, const UpgradeAnswer& answer = {}) {
  const std::string text = request.text();
  const auto read = read_upgrade_request(text);
  EXPECT_TRUE(read.ok()) << text << name_of(read.error());
  Buffer out;
  EXPECT_EQ(append_acceptance(read.value(), answer, out), WireError::none);
  return std::string(text_of(out.octets()));
}

std::string refused(WireError error, std::string_view detail = {}) {
  Buffer out;
  append_refusal(error, detail, out);
  return std::string(text_of(out.octets()));
}

TEST(Rfc6455_1_3, ExampleOfTheRfc) {
  Request request;
  request.with("Origin: http://example.com").with("Sec-WebSocket-Protocol: chat, superchat");
  const std::string text = request.text();
  const auto read = read_upgrade_request(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().target, "/chat");
  EXPECT_EQ(read.value().host, "server.example.com");
  EXPECT_EQ(read.value().origin, "http://example.com");
  EXPECT_EQ(read.value().subprotocols, (std::vector<std::string_view>{"chat", "superchat"}));
  EXPECT_EQ(
      accepted(request, {.subprotocol = "chat"}),
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
}

TEST(Rfc6455_4_2_1, MethodMustBeGet) {
  for (const char* const method : {"POST", "PUT", "HEAD", "OPTIONS", "QUERY", "get"}) {
    Request request;
    request.start = std::string(method) + " / HTTP/1.1";
    EXPECT_EQ(error_of(request), WireError::method_not_get) << method;
  }
  EXPECT_NE(refused(WireError::method_not_get).find("405 Method Not Allowed\r\nAllow: GET\r\n"),
            std::string::npos);
}

TEST(Rfc6455_4_2_1, VersionMustBeHttp11) {
  Request request;
  request.start = "GET / HTTP/1.0";
  EXPECT_EQ(error_of(request), WireError::http_version_unsupported);
  request.start = "GET / HTTP/2.0";
  EXPECT_EQ(error_of(request), WireError::http_version_unsupported);
}

TEST(Rfc6455_4_2_1, TargetMayBeAbsolute) {
  Request request;
  request.start = "GET http://Other.example:81/a?b=c HTTP/1.1";
  std::string text = request.text();
  auto read = read_upgrade_request(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().target, "/a?b=c");
  EXPECT_EQ(read.value().host, "Other.example:81");
  request.start = "GET ws://other HTTP/1.1";
  text = request.text();
  read = read_upgrade_request(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().target, "/");
  for (const char* const target :
       {"*", "foo", "ftp://a/", "http://", "http:///x", "http://a b/", "/x#y", "http://a/x#y",
        "http://u@h/", "http://h?x", "http://h:99999/"}) {
    request.start = "GET " + std::string(target) + " HTTP/1.1";
    EXPECT_NE(error_of(request), WireError::none) << target;
  }
}

TEST(Rfc6455_4_2_1, ExactlyOneGoodHost) {
  EXPECT_EQ(error_of(Request().without("Host")), WireError::host_missing);
  EXPECT_EQ(error_of(Request().with("Host: server.example.com")), WireError::host_repeated);
  for (const char* const host : {"", "a b", "a/b", "a@b", "a:b", "a:70000", "[::1", "[x]", "a,b c",
                                 "a:1:2", ":80", "a%g0"}) {
    EXPECT_EQ(error_instead("Host: " + std::string(host)), WireError::host_invalid) << host;
  }
  for (const char* const host : {"a", "127.0.0.1:8080", "[::1]", "[::1]:80", "a:", "a.b-c_d"}) {
    EXPECT_EQ(error_instead("Host: " + std::string(host)), WireError::none) << host;
  }
}

TEST(Rfc6455_4_2_1, UpgradeNamesWebsocket) {
  EXPECT_EQ(error_of(Request().without("Upgrade")), WireError::upgrade_missing);
  for (const char* const value : {"h2c", "websockets", "web socket", "", "websocket/13"}) {
    EXPECT_EQ(error_instead("Upgrade: " + std::string(value)), WireError::upgrade_not_websocket)
        << value;
  }
  for (const char* const value : {"WebSocket", "WEBSOCKET", "h2c, websocket", ", websocket"}) {
    EXPECT_EQ(error_instead("Upgrade: " + std::string(value)), WireError::none) << value;
  }
  EXPECT_EQ(error_of(Request().instead("Upgrade: h2c").with("upgrade: websocket")),
            WireError::none);
}

TEST(Rfc6455_4_2_1, ConnectionHoldsUpgrade) {
  EXPECT_EQ(error_of(Request().without("Connection")), WireError::connection_token_missing);
  for (const char* const value : {"keep-alive", "close", "Upgraded", ""}) {
    EXPECT_EQ(error_instead("Connection: " + std::string(value)),
              WireError::connection_token_missing);
  }
  EXPECT_EQ(error_instead("Connection: keep-alive, uPGRADE"), WireError::none);
  EXPECT_EQ(error_of(Request().instead("Connection: keep-alive").with("Connection: Upgrade")),
            WireError::none);
}

TEST(Rfc6455_4_2_1, KeyIsTheBase64Of16Octets) {
  EXPECT_EQ(error_of(Request().without("Sec-WebSocket-Key")), WireError::key_missing);
  for (const char* const key :
       {"", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZWU=",
        "dGhlIHNhbXBsZSBub25jZWVl", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNh XBsZSBub25jZQ==",
        "dGhlIHNhbXBsZSBub25jZ-==", "dGhlIHNhbXBsZSBub25jZQ==,", "========================"}) {
    EXPECT_EQ(error_instead("Sec-WebSocket-Key: " + std::string(key)), WireError::key_invalid)
        << key;
  }
  EXPECT_EQ(error_instead("Sec-WebSocket-Key: " + std::string(5000, 'A') + "=="),
            WireError::key_invalid);
  // The RFC's own second example has unused bits set.
  EXPECT_EQ(error_instead("Sec-WebSocket-Key:  AQIDBAUGBwgJCgsMDQ4PEC==\t"), WireError::none);
}

TEST(Rfc6455_11_3_1, KeyOnceOnly) {
  EXPECT_EQ(error_of(Request().with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")),
            WireError::key_repeated);
  EXPECT_EQ(error_of(Request().with("sec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEC==")),
            WireError::key_repeated);
}

TEST(Rfc6455_4_2_2, OtherVersionsAreAnsweredWithOurs) {
  EXPECT_EQ(error_of(Request().without("Sec-WebSocket-Version")), WireError::version_missing);
  EXPECT_EQ(error_of(Request().with("Sec-WebSocket-Version: 13")), WireError::version_repeated);
  for (const char* const version : {"", "8", "14", "25", "013", "13, 13", "13.0", "+13", "1 3"}) {
    EXPECT_EQ(error_instead("Sec-WebSocket-Version: " + std::string(version)),
              WireError::version_unsupported);
  }
  for (const WireError error : {WireError::version_missing, WireError::version_repeated,
                                WireError::version_unsupported, WireError::upgrade_missing}) {
    const std::string answer = refused(error);
    EXPECT_EQ(answer.substr(0, 30), "HTTP/1.1 426 Upgrade Required\r");
    EXPECT_NE(answer.find("\r\nUpgrade: websocket\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\nSec-WebSocket-Version: 13\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\nConnection: Upgrade, close\r\n"), std::string::npos);
  }
}

TEST(Rfc6455_4_1, ABodyIsRefused) {
  EXPECT_EQ(error_of(Request().with("Content-Length: 5")), WireError::body_in_upgrade);
  EXPECT_EQ(error_of(Request().with("Content-Length: x")), WireError::body_in_upgrade);
  EXPECT_EQ(error_of(Request().with("Transfer-Encoding: chunked")), WireError::body_in_upgrade);
  EXPECT_EQ(error_of(Request().with("Content-Length: 0")), WireError::none);
}

TEST(Rfc6455_4_3, SubprotocolsAreTokens) {
  for (const char* const list :
       {"", "a b", "chat,", ",chat", "a,,b", "chat;x", "\"chat\"", "ch@t"}) {
    EXPECT_EQ(error_of(Request().with("Sec-WebSocket-Protocol: " + std::string(list))),
              WireError::subprotocols_invalid)
        << list;
  }
  const std::string text =
      Request().with("Sec-WebSocket-Protocol: a , b").with("Sec-WebSocket-Protocol: c").text();
  EXPECT_EQ(read_upgrade_request(text).value().subprotocols,
            (std::vector<std::string_view>{"a", "b", "c"}));
  // A run of blanks costs no more than its length.
  EXPECT_EQ(error_of(Request().with("Sec-WebSocket-Protocol: a" + std::string(1000000, ' ') + "b")),
            WireError::subprotocols_invalid);
}

TEST(Rfc6455_4_2_2, TheAnswerNamesOneOfferedSubprotocolOrNone) {
  const std::string text = Request().with("Sec-WebSocket-Protocol: a, b").text();
  const auto read = read_upgrade_request(text);
  Buffer out;
  EXPECT_EQ(append_acceptance(read.value(), {.subprotocol = "A"}, out), WireError::bad_argument);
  EXPECT_EQ(append_acceptance(read.value(), {.subprotocol = "c"}, out), WireError::bad_argument);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(accepted(Request()).find("Protocol:"), std::string::npos);
  EXPECT_EQ(accepted(Request().with("Sec-WebSocket-Protocol: zzz")).find("Protocol:"),
            std::string::npos);
}

TEST(Rfc6455_9_1, MalformedExtensionsAreRefused) {
  EXPECT_EQ(error_of(Request().with("Sec-WebSocket-Extensions: a; b=\"")),
            WireError::extensions_invalid);
  EXPECT_EQ(error_of(Request().with("Sec-WebSocket-Extensions:")), WireError::extensions_invalid);
  EXPECT_EQ(error_of(Request().with("Sec-WebSocket-Extensions: foo")), WireError::none);
}

TEST(Rfc7692_5, TheAnswerNamesTheAgreedParameters) {
  const std::string text =
      Request().with("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits").text();
  const auto read = read_upgrade_request(text);
  const auto chosen = choose_deflate(read.value().extensions, DeflateSettings{});
  Buffer out;
  ASSERT_EQ(append_acceptance(read.value(), {.deflate = chosen}, out), WireError::none);
  EXPECT_NE(text_of(out.octets())
                .find("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                      "server_no_context_takeover; client_no_context_takeover\r\n"),
            std::string_view::npos);
  out.clear();
  const std::string none = Request().text();
  EXPECT_EQ(append_acceptance(read_upgrade_request(none).value(), {.deflate = chosen}, out),
            WireError::bad_argument);
  EXPECT_TRUE(out.empty());
}

TEST(Rfc6454_7_3, OneOriginAtMost) {
  EXPECT_EQ(error_of(Request().with("Origin: http://a").with("Origin: http://b")),
            WireError::origin_repeated);
  EXPECT_EQ(error_of(Request()), WireError::none);
  EXPECT_EQ(refused(WireError::origin_refused).substr(0, 22), "HTTP/1.1 403 Forbidden");
}

TEST(Rfc6455_4_2_1, FieldNamesIgnoreCaseAndOrder) {
  Request request;
  request.lines = {"SEC-WEBSOCKET-VERSION: 13",
                   "x-other: 1",
                   "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
                   "connection: upgrade",
                   "UPGRADE: websocket",
                   "host: a"};
  EXPECT_EQ(error_of(request), WireError::none);
}

TEST(Rfc6455_4_2_1, ThousandsOfFieldsAreOnlyMany) {
  Request request;
  for (int i = 0; i < 5000; ++i) {
    request.with("X-" + std::to_string(i) + ": y");
  }
  EXPECT_EQ(error_of(request), WireError::none);
}

TEST(Rfc9112_9_6, RefusalsEndTheConnection) {
  const std::string answer = refused(WireError::key_invalid, "seen: abc");
  EXPECT_EQ(answer.substr(0, 26), "HTTP/1.1 400 Bad Request\r\n");
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  const std::size_t body = answer.find("\r\n\r\n") + 4;
  EXPECT_NE(answer.find("\r\nContent-Length: " + std::to_string(answer.size() - body) + "\r\n"),
            std::string::npos);
}

TEST(Rfc9112_11_1, NoFieldOfOthersCanBreakALine) {
  Buffer out;
  const std::string text = Request().text();
  const auto read = read_upgrade_request(text);
  for (const HeaderField& field :
       {HeaderField{"X", "a\r\nY: b"}, HeaderField{"X\r\nY", "a"}, HeaderField{"", "a"},
        HeaderField{"X", "\n"}, HeaderField{"Sec-WebSocket-Accept", "x"},
        HeaderField{"connection", "x"}, HeaderField{"Content-Length", "5"}}) {
    EXPECT_EQ(append_acceptance(read.value(), {.extra_fields = {&field, 1}}, out),
              WireError::bad_argument);
    EXPECT_EQ(append_refusal(401, {&field, 1}, "", out), WireError::bad_argument);
  }
  EXPECT_TRUE(out.empty());
  const HeaderField good{"WWW-Authenticate", "Basic realm=\"x\""};
  EXPECT_EQ(append_refusal(401, {&good, 1}, "who are you?\n", out), WireError::none);
  EXPECT_EQ(append_refusal(200, {}, "", out), WireError::bad_argument);
  EXPECT_EQ(text_of(out.octets()),
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Type: "
            "text/plain; "
            "charset=utf-8\r\nContent-Length: 13\r\nConnection: close\r\n\r\nwho are you?\n");
}

TEST(Rfc9110_9_3_2, ARefusalToHeadHasNoContent) {
  EXPECT_TRUE(asks_for_head("HEAD /chat HTTP/1.1\r\nHost: a\r\n"));
  EXPECT_FALSE(asks_for_head("HEADS / HTTP/1.1\r\n"));
  EXPECT_FALSE(asks_for_head("GET / HTTP/1.1\r\nX: HEAD \r\n"));
  Buffer got;
  Buffer head;
  append_refusal(WireError::origin_refused, {}, got);
  append_refusal(WireError::origin_refused, {}, head, true);
  const std::string_view whole = text_of(got.octets());
  EXPECT_EQ(text_of(head.octets()), whole.substr(0, whole.find("\r\n\r\n") + 4));
  EXPECT_FALSE(whole.ends_with("\r\n\r\n"));
}

TEST(Rfc6455_4_1, KeysAreFreshAndValid) {
  const auto one = fresh_key();
  const auto two = fresh_key();
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_TRUE(is_valid_key(one.value()));
  EXPECT_NE(one.value(), two.value());
  EXPECT_EQ(accept_of("dGhlIHNhbXBsZSBub25jZQ==").value(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace osprey::wire
