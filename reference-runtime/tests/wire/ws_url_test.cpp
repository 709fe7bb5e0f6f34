// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"
#include "wire/handshake_client.hpp"

namespace osprey::wire {
namespace {

// Taken apart, and kept as a fuzz seed.
Outcome<WsUrl> parsed(std::string_view url) {
  testing::keep_seed("ws_url_fuzz", testing::bytes_of(url));
  return parse_ws_url(url);
}

TEST(Rfc6455_3, UrlsAreTakenApart) {
  const auto plain = parsed("ws://Example.com");
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain.value().secure);
  EXPECT_EQ(plain.value().host, "example.com");
  EXPECT_EQ(plain.value().port, 80);
  EXPECT_EQ(plain.value().resource, "/");
  EXPECT_EQ(plain.value().authority, "example.com");

  const auto secure = parsed("WSS://[::1]:8443/a/b?c=d");
  ASSERT_TRUE(secure.ok());
  EXPECT_TRUE(secure.value().secure);
  EXPECT_EQ(secure.value().host, "::1");
  EXPECT_EQ(secure.value().port, 8443);
  EXPECT_EQ(secure.value().resource, "/a/b?c=d");
  EXPECT_EQ(secure.value().authority, "[::1]:8443");

  EXPECT_EQ(parsed("ws://h?x").value().resource, "/?x");
  EXPECT_EQ(parsed("ws://h:80/").value().authority, "h");
  EXPECT_EQ(parsed("wss://h:80/").value().authority, "h:80");
  EXPECT_EQ(parsed("wss://h:/").value().port, 443);
}

TEST(Rfc6455_3, WrongUrlsAreRefusedWithAReason) {
  for (const char* const url :
       {"",          "ws",          "ws:",         "ws:/h",       "ws://",           "ws:///x",
        "http://h/", "ws://h/#f",   "ws://h/a#",   "ws://u:p@h/", "ws://h:99999/",   "ws://h:-1/",
        "ws://h:0/", "ws://h:8o/",  "ws://h /",    "ws://h/a b",  "ws://h/\r\nX: y", "ws://[::1/",
        "ws://[h]/", "ws://h\x80/", "ws://a:1:2/", " ws://h/",    "ws://h\\x/"}) {
    const auto parts = parsed(url);
    EXPECT_EQ(parts.error(), WireError::bad_argument) << url;
    EXPECT_FALSE(parts.failure().detail.empty()) << url;
  }
}

}  // namespace
}  // namespace osprey::wire
