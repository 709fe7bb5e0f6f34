// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake_client.hpp"

#include "support.hpp"
#include "wire/handshake_server.hpp"

namespace osprey::wire {
namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kProtocols[] = {"chat", "superchat"};

UpgradeOffer offer() {
  return {.resource = "/chat",
          .authority = "server.example.com",
          .key = kKey,
          .subprotocols = kProtocols};
}

struct Response : testing::Head {
  Response()
      : Head{"HTTP/1.1 101 Switching Protocols",
             {"Upgrade: websocket", "Connection: Upgrade",
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}} {}
};

WireError error_of(const testing::Head& response, const UpgradeOffer& to = offer()) {
  const std::string text = response.text();
  testing::keep_seed("handshake_response_fuzz", testing::bytes_of(text + "\r\n"));
  return check_upgrade_response(text, to).error();
}

std::string request_of(const UpgradeOffer& what) {
  Buffer out;
  const auto size = append_upgrade_request(what, out);
  EXPECT_TRUE(size.ok());
  return std::string(text_of(out.octets()));
}

TEST(Rfc6455_4_1, RequestHasAllItNeeds) {
  const DeflateSettings deflate;
  const HeaderField origin{"Origin", "http://example.com"};
  UpgradeOffer what = offer();
  what.deflate = &deflate;
  what.extra_fields = {&origin, 1};
  const std::string request = request_of(what);
  EXPECT_EQ(
      request,
      "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Extensions: permessage-deflate; "
      "server_no_context_takeover; client_no_context_takeover; client_max_window_bits\r\n"
      "Origin: http://example.com\r\n\r\n");
  const std::string head = request.substr(0, request.size() - 2);
  EXPECT_TRUE(read_upgrade_request(head).ok());
}

TEST(Rfc6455_4_1, ArgumentsCannotBreakTheRequest) {
  const auto refuses = [](auto change) {
    UpgradeOffer what = offer();
    change(what);
    Buffer out;
    const auto size = append_upgrade_request(what, out);
    EXPECT_EQ(size.error(), WireError::bad_argument);
    EXPECT_FALSE(size.failure().detail.empty());
    EXPECT_TRUE(out.empty());
  };
  for (const char* const resource : {"", "chat", "/a b", "/a\r\nX: y", "/a#b", "/\x80"}) {
    refuses([&](UpgradeOffer& what) { what.resource = resource; });
  }
  for (const char* const authority : {"", "a b", "a\r\nX: y", "u@h", "h:x"}) {
    refuses([&](UpgradeOffer& what) { what.authority = authority; });
  }
  refuses([](UpgradeOffer& what) { what.key = "short"; });
  constexpr std::string_view kTwice[] = {"a", "b", "a"};
  constexpr std::string_view kBroken[] = {"a\r\nX: y"};
  constexpr std::string_view kEmpty[] = {""};
  refuses([&](UpgradeOffer& what) { what.subprotocols = kTwice; });
  refuses([&](UpgradeOffer& what) { what.subprotocols = kBroken; });
  refuses([&](UpgradeOffer& what) { what.subprotocols = kEmpty; });
  for (const HeaderField& field :
       {HeaderField{"X", "a\r\nY: b"}, HeaderField{"Host", "b"}, HeaderField{"X Y", "b"},
        HeaderField{"sec-websocket-key", "x"}}) {
    refuses([&](UpgradeOffer& what) { what.extra_fields = {&field, 1}; });
  }
}

TEST(Rfc6455_4_1, GoodResponsesOpenTheConnection) {
  EXPECT_EQ(error_of(Response()), WireError::none);
  EXPECT_EQ(error_of(Response().instead("Upgrade: WebSocket")), WireError::none);
  EXPECT_EQ(error_of(Response().instead("Connection: keep-alive, upgrade")), WireError::none);
  EXPECT_EQ(
      error_of(Response().instead("Sec-WebSocket-Accept: \t s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t")),
      WireError::none);
  Response response;
  response.lines = {"upgrade: websocket", "CONNECTION: Upgrade",
                    "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Set-Cookie: a=b"};
  for (const char* const start :
       {"HTTP/1.1 101 Web Socket Protocol Handshake", "HTTP/1.1 101 ", "HTTP/1.1 101"}) {
    response.start = start;
    EXPECT_EQ(error_of(response), WireError::none) << start;
  }
}

TEST(Rfc6455_4_1, OnlyStatus101Opens) {
  for (const char* const status : {"100 Continue", "200 OK", "204 No Content", "301 Moved",
                                   "400 Bad", "401 Who", "403 No", "426 Up", "502 Gateway"}) {
    Response response;
    response.start = "HTTP/1.1 " + std::string(status);
    const std::string text = response.text();
    const auto checked = check_upgrade_response(text, offer());
    EXPECT_EQ(checked.error(), WireError::status_not_101) << status;
    EXPECT_EQ(checked.failure().detail, response.start);
  }
  Response old;
  old.start = "HTTP/1.0 101 Switching Protocols";
  EXPECT_EQ(error_of(old), WireError::bad_status_line);
}

TEST(Rfc9110_15_2, InterimResponsesAreKnown) {
  EXPECT_TRUE(is_interim_response("HTTP/1.1 100 Continue\r\n"));
  EXPECT_TRUE(is_interim_response("HTTP/1.1 103 Early Hints\r\n"));
  EXPECT_FALSE(is_interim_response("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_FALSE(is_interim_response("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(is_interim_response("HTTP/1.1 10 Continue\r\n"));
  EXPECT_FALSE(is_interim_response("HTTP/1.1 1000 Continue\r\n"));
  EXPECT_FALSE(is_interim_response(""));
}

TEST(Rfc6455_4_1, UpgradeMustBeWebsocket) {
  EXPECT_EQ(error_of(Response().without("Upgrade")), WireError::response_upgrade);
  EXPECT_EQ(error_of(Response().instead("Upgrade: h2c")), WireError::response_upgrade);
  EXPECT_EQ(error_of(Response().instead("Upgrade:")), WireError::response_upgrade);
}

TEST(Rfc6455_4_1, ConnectionMustHoldUpgrade) {
  EXPECT_EQ(error_of(Response().without("Connection")), WireError::response_connection);
  EXPECT_EQ(error_of(Response().instead("Connection: keep-alive")), WireError::response_connection);
}

TEST(Rfc6455_4_1, AcceptMustFitOurKey) {
  EXPECT_EQ(error_of(Response().without("Sec-WebSocket-Accept")), WireError::accept_missing);
  for (const char* const accept :
       {"", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo", "S3PPLMBITXAQ9KYGZZHZRBK+XOO=",
        "dGhlIHNhbXBsZSBub25jZQ==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="}) {
    EXPECT_EQ(error_of(Response().instead("Sec-WebSocket-Accept: " + std::string(accept))),
              WireError::accept_wrong);
  }
  EXPECT_EQ(error_of(Response().with("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")),
            WireError::accept_repeated);
}

TEST(Rfc6455_4_1, SubprotocolMustBeOneWeOffered) {
  const std::string text = Response().with("Sec-WebSocket-Protocol: superchat").text();
  EXPECT_EQ(check_upgrade_response(text, offer()).value().subprotocol, "superchat");
  for (const char* const name : {"zzz", "Chat", "", "chat, superchat"}) {
    EXPECT_EQ(error_of(Response().with("Sec-WebSocket-Protocol: " + std::string(name))),
              WireError::subprotocol_not_offered)
        << name;
  }
  EXPECT_EQ(
      error_of(
          Response().with("Sec-WebSocket-Protocol: chat").with("Sec-WebSocket-Protocol: chat")),
      WireError::subprotocol_repeated);
  UpgradeOffer none = offer();
  none.subprotocols = {};
  EXPECT_EQ(error_of(Response().with("Sec-WebSocket-Protocol: chat"), none),
            WireError::subprotocol_not_offered);
}

TEST(Rfc6455_4_1, ExtensionsMustBeOnesWeOffered) {
  const DeflateSettings deflate;
  UpgradeOffer what = offer();
  what.deflate = &deflate;
  const testing::Head good =
      Response().with("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(error_of(good, what), WireError::none);
  EXPECT_EQ(error_of(good), WireError::extension_not_offered);
  EXPECT_EQ(error_of(Response().with("Sec-WebSocket-Extensions: permessage-foo"), what),
            WireError::extension_not_offered);
  EXPECT_EQ(error_of(Response().with("Sec-WebSocket-Extensions: permessage-deflate; x"), what),
            WireError::extension_parameters);
  EXPECT_EQ(error_of(Response().with("Sec-WebSocket-Extensions:"), what),
            WireError::extensions_invalid);
  EXPECT_EQ(error_of(Response()
                         .with("Sec-WebSocket-Extensions: permessage-deflate")
                         .with("Sec-WebSocket-Extensions: permessage-deflate"),
                     what),
            WireError::extensions_repeated);
  const std::string text = good.text();
  EXPECT_EQ(check_upgrade_response(text, what).value().deflate,
            (DeflateParameters{true, true, 15, 15}));
}

TEST(Rfc9112_6_3, A101HasNoBody) {
  EXPECT_EQ(error_of(Response().with("Content-Length: 0")), WireError::body_in_101);
  EXPECT_EQ(error_of(Response().with("Transfer-Encoding: chunked")), WireError::body_in_101);
}

TEST(Rfc9112_5, MalformedResponsesFail) {
  EXPECT_EQ(error_of(Response().with("Bad line")), WireError::field_without_colon);
  EXPECT_EQ(error_of(Response().with(" folded")), WireError::obs_fold);
  EXPECT_EQ(error_of(Response().with("A : b")), WireError::field_name_invalid);
}

}  // namespace
}  // namespace osprey::wire
