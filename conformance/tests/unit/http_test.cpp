// SPDX-License-Identifier: Apache-2.0
#include "wire/http.hpp"

#include <gtest/gtest.h>

namespace conform::wire {
namespace {

std::vector<HttpMessage> read_all(const std::string& text, bool ended) {
  ResponseReader reader;
  std::vector<HttpMessage> out;
  HttpMessage message;
  for (const char c : text) {
    reader.feed(OctetView(&c, 1));
    while (reader.next(message, false)) out.push_back(message);
  }
  while (ended && reader.next(message, true)) out.push_back(message);
  return out;
}

TEST(ResponseReader, ReadsLengthsChunksAndEnds) {
  const auto all = read_all(
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
      "HTTP/1.1 204 No Content\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x=y\r\nf\r\n0\r\n\r\n"
      "HTTP/1.1 400 Bad Request\r\n\r\nrest",
      true);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].body, "abc");
  EXPECT_EQ(all[1].head.status(), 204);
  EXPECT_EQ(all[2].body, "def");
  EXPECT_EQ(all[3].body, "rest");
}

TEST(ResponseReader, TellsABodyThatWasCutOff) {
  const auto all = read_all("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].complete);
}

TEST(ResponseReader, LeavesFramesBehindA101) {
  ResponseReader reader;
  reader.feed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x");
  HttpMessage message;
  ASSERT_TRUE(reader.next(message, false));
  EXPECT_EQ(reader.take_rest(), "\x81\x01x");
}

TEST(HttpHead, FindsTokensInListsAndWithoutCase) {
  std::size_t used = 0;
  const auto head = read_head(
      "GET / HTTP/1.1\r\nConnection: keep-alive\r\ncONNECTION: x , UPGRADE\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate; a=\"1,2\"\r\n\r\n",
      used);
  ASSERT_TRUE(head);
  EXPECT_TRUE(head->has_token("connection", "upgrade"));
  EXPECT_FALSE(head->has_token("connection", "upgrad"));
  EXPECT_EQ(head->elements("Sec-WebSocket-Extensions").size(), 1U);
  EXPECT_TRUE(head->has_token("Sec-WebSocket-Extensions", "permessage-deflate"));
}

TEST(HttpHead, SomethingElseHasNoStatus) {
  HttpHead head;
  for (const char* line :
       {"SSH-2.0-OpenSSH", "HTTP/1.1", "HTTP/1.1 2x0 OK", "HTTP/1.1 2000 OK", ""}) {
    head.start_line = line;
    EXPECT_EQ(head.status(), 0) << line;
  }
}

}  // namespace
}  // namespace conform::wire
