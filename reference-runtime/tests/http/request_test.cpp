// SPDX-License-Identifier: Apache-2.0
#include "wire/http/request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace osprey::wire::http {
namespace {

const RequestLimits kLimits;

WireError error_of(std::string_view head) {
  return read_request(head, kLimits).error();
}

TEST(Rfc9112_3_2, OriginFormReachesTheHandlerUntouched) {
  const std::string_view head = "GET /a%20b?x=1&y HTTP/1.1\r\nHost: h\r\nX: y\r\n";
  const auto request = read_request(head, kLimits);
  ASSERT_TRUE(request);
  EXPECT_EQ(request.value().path, "/a%20b?x=1&y");
  EXPECT_EQ(request.value().raw_fields, "Host: h\r\nX: y\r\n");
  EXPECT_TRUE(request.value().persistent);
}

TEST(Rfc9112_3_2_2, AbsoluteFormOutranksHost) {
  const auto request = read_request("GET http://other:81/p?q HTTP/1.1\r\nHost: h\r\n", kLimits);
  ASSERT_TRUE(request);
  EXPECT_EQ(request.value().path, "/p?q");
  EXPECT_EQ(request.value().authority, "other:81");
}

TEST(Rfc9110_7_4, HttpsOnlyOverTls) {
  const std::string head = "GET https://h/p HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(error_of(head), WireError::scheme_needs_tls);
  RequestLimits secure;
  secure.secure = true;
  EXPECT_EQ(read_request(head, secure).value().path, "/p");
}

TEST(Rfc9112_3_2_4, AsteriskIsForOptionsOnly) {
  EXPECT_EQ(read_request("OPTIONS * HTTP/1.1\r\nHost: h\r\n", kLimits).value().path, "*");
  EXPECT_EQ(error_of("GET * HTTP/1.1\r\nHost: h\r\n"), WireError::asterisk_not_options);
}

TEST(Rfc9112_3_2, HostOnceAndValid) {
  EXPECT_EQ(error_of("GET / HTTP/1.1\r\n"), WireError::host_missing);
  EXPECT_EQ(error_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n"), WireError::host_repeated);
  EXPECT_EQ(error_of("GET / HTTP/1.1\r\nHost: a/b\r\n"), WireError::host_invalid);
  EXPECT_EQ(error_of("GET / HTTP/1.1\r\nHost: a b\r\n"), WireError::host_invalid);
  EXPECT_TRUE(read_request("GET / HTTP/1.0\r\n", kLimits));
}

TEST(Rfc9110_9_1, UnknownMethodsAre501) {
  EXPECT_EQ(error_of("BREW / HTTP/1.1\r\nHost: h\r\n"), WireError::method_unknown);
  EXPECT_EQ(rule_of(WireError::method_unknown).http_status, 501);
}

TEST(Rfc9112_3, LongTargetsAre414) {
  const std::string head = "GET /" + std::string(8000, 'a') + " HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(error_of(head), WireError::target_too_long);
  EXPECT_EQ(rule_of(WireError::target_too_long).http_status, 414);
}

TEST(Rfc9110_10_1_1, Expectations) {
  const std::string with_body = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n";
  EXPECT_TRUE(
      read_request(with_body + "Expect: 100-Continue\r\n", kLimits).value().expects_continue);
  EXPECT_EQ(error_of(with_body + "Expect: a miracle\r\n"), WireError::expectation_unknown);
  EXPECT_FALSE(read_request("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n", kLimits)
                   .value()
                   .expects_continue);
}

TEST(Rfc9110_7_8, AnUpgradeToWebSocketIsSeen) {
  const std::string_view head =
      "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
  EXPECT_TRUE(read_request(head, kLimits).value().wants_websocket);
}

std::string written(const RequestOut& request) {
  Buffer out;
  const auto result = append_request_head(request, out);
  return result ? std::string(text_of(out.octets())) : "refused: " + result.failure().detail;
}

TEST(Rfc9112_3, ARequestAsItIsWritten) {
  EXPECT_EQ(written({.method = "POST",
                     .target = "/x?y",
                     .authority = "h:81",
                     .raw_fields = "A: b\r\nC: d",
                     .content_length = 0,
                     .has_body = true}),
            "POST /x?y HTTP/1.1\r\nHost: h:81\r\nContent-Length: 0\r\nA: b\r\nC: d\r\n\r\n");
}

TEST(Rfc9112_11_1, NothingACallerGivesCanAddALine) {
  for (const std::string_view target :
       {"", "x", "/a b", "/a\r\nX: y", "/a\nb", "/a#b", "/\x7f", "/\xc3\xa9"}) {
    EXPECT_TRUE(written({.method = "GET", .target = target, .authority = "h", .raw_fields = {}})
                    .starts_with("refused: path"))
        << target;
  }
  for (const std::string_view fields :
       {"A: b\r\n\r\nGET / HTTP/1.1\r\n", "A: b\nC: d\r\n", "A: b\rC: d\r\n", "no colon\r\n",
        " A: b\r\n", "A : b\r\n", "Content-Length: 5\r\n", "transfer-encoding: chunked\r\n",
        "Host: x\r\n"}) {
    EXPECT_TRUE(written({.method = "GET", .target = "/", .authority = "h", .raw_fields = fields})
                    .starts_with("refused: headers"))
        << fields;
  }
  EXPECT_TRUE(written({.method = "G T", .target = "/", .authority = "h", .raw_fields = {}})
                  .starts_with("refused: method"));
}

}  // namespace
}  // namespace osprey::wire::http
