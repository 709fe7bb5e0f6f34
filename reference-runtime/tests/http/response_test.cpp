// SPDX-License-Identifier: Apache-2.0
#include "wire/http/response.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>

namespace osprey::wire::http {
namespace {

std::string written(const ResponseOut& response) {
  Buffer out;
  return append_response_head(response, out) ? std::string(text_of(out.octets())) : "refused";
}

TEST(Rfc9110_6_6_1, TheDateIsAnImfFixdate) {
  const std::regex form(
      "Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z][a-z] \\d{4} \\d\\d:\\d\\d:\\d\\d "
      "GMT\r\n");
  EXPECT_TRUE(std::regex_match(std::string(date_line()), form)) << date_line();
}

TEST(Rfc9112_4, AnAnswerAsItIsWritten) {
  const std::string head =
      written({.content_type = "text/plain", .raw_fields = "A: b", .content_length = 5});
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_TRUE(head.ends_with("Content-Type: text/plain\r\nContent-Length: 5\r\nA: b\r\n\r\n"))
      << head;
}

TEST(Rfc9112_6_1, ChunkedHasNoLength) {
  const std::string head =
      written({.content_type = {}, .raw_fields = {}, .content_length = 5, .chunked = true});
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
}

TEST(Rfc9110_8_6, NoLengthIn204) {
  EXPECT_EQ(written({.status = 204, .content_type = {}, .raw_fields = {}, .content_length = 0})
                .find("Content-Length"),
            std::string::npos);
}

TEST(Rfc9112_11_1, AnApplicationCannotSplitAResponse) {
  for (const std::string_view fields :
       {"A: b\r\n\r\nevil", "A: a\nX: b\r\n", "A: a\rX: b", "Content-Length: 3",
        "Transfer-Encoding: chunked\r\n", "connection: close\r\n", "nonsense"}) {
    EXPECT_EQ(written({.content_type = {}, .raw_fields = fields, .content_length = {}}), "refused")
        << fields;
  }
  for (const int status : {-1, 0, 99, 100, 101, 600, 1000}) {
    EXPECT_EQ(
        written({.status = status, .content_type = {}, .raw_fields = {}, .content_length = {}}),
        "refused");
  }
}

TEST(Rfc9110_15, ErrorsCloseAndSayWhatWasWrong) {
  Buffer out;
  append_error(refusal_of(WireError::host_missing), out);
  const std::string text(text_of(out.octets()));
  EXPECT_TRUE(text.starts_with("HTTP/1.1 400 Bad Request\r\n")) << text;
  EXPECT_NE(text.find("Connection: close\r\n"), std::string::npos);
  const std::string body = text.substr(text.find("\r\n\r\n") + 4);
  EXPECT_NE(text.find("Content-Length: " + std::to_string(body.size()) + "\r\n"),
            std::string::npos);
}

TEST(Rfc9110_9_3_2, AnErrorThatAnswersHeadEndsWithItsHead) {
  Buffer out;
  append_error(refusal_of(WireError::host_missing), out, true);
  const std::string text(text_of(out.octets()));
  EXPECT_TRUE(text.ends_with("\r\n\r\n")) << text;
  EXPECT_NE(text.find("Content-Length: "), std::string::npos);
}

}  // namespace
}  // namespace osprey::wire::http
