// SPDX-License-Identifier: Apache-2.0
#include "wire/http/framing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace osprey::wire::http {
namespace {

RequestHead request(std::vector<HeaderField> fields, int minor = 1) {
  return {"POST", "/", minor, std::move(fields)};
}

WireError error_of(std::vector<HeaderField> fields, int minor = 1) {
  return request_framing(request(std::move(fields), minor)).error();
}

TEST(Rfc9112_6_3, ARequestWithoutFramingFieldsHasNoBody) {
  EXPECT_EQ(request_framing(request({})).value().kind, BodyKind::none);
}

TEST(Rfc9110_8_6, LengthIsPlainDigits) {
  EXPECT_EQ(request_framing(request({{"content-length", "05"}})).value().length, 5U);
  for (const std::string_view value : {"", "+5", "-0", "0x5", "5_0", "5 5", "5abc", "1Z", "1.0",
                                       "18446744073709551616", "-268435455700", "5,", ",5"}) {
    EXPECT_EQ(error_of({{"Content-Length", value}}), WireError::length_invalid) << value;
  }
}

TEST(Rfc9112_6_3, EqualLengthsCountAsOneAndDifferentOnesAreRefused) {
  EXPECT_EQ(request_framing(request({{"Content-Length", "5, 5"}})).value().length, 5U);
  EXPECT_EQ(error_of({{"Content-Length", "0"}, {"Content-Length", "31"}}),
            WireError::length_conflict);
}

TEST(Rfc9112_6_1, LengthBesideCodingIsRefused) {
  EXPECT_EQ(error_of({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}),
            WireError::length_with_coding);
}

TEST(Rfc9112_6_1, OnlyChunkedOnceAndLast) {
  EXPECT_EQ(request_framing(request({{"Transfer-Encoding", "Chunked"}})).value().kind,
            BodyKind::chunked);
  EXPECT_EQ(error_of({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}),
            WireError::coding_not_last);
  EXPECT_EQ(error_of({{"Transfer-Encoding", "chunked, identity"}}), WireError::coding_not_last);
  EXPECT_EQ(error_of({{"Transfer-Encoding", ",chunked"}}), WireError::coding_not_last);
  EXPECT_EQ(error_of({{"Transfer-Encoding",
                       "\x0b"
                       "chunked"}}),
            WireError::coding_not_last);
  EXPECT_EQ(error_of({{"Transfer-Encoding", ""}}), WireError::coding_not_last);
  EXPECT_EQ(error_of({{"Transfer-Encoding", "blegh"}}), WireError::coding_unknown);
  EXPECT_EQ(error_of({{"Transfer-Encoding", "gzip, chunked"}}), WireError::coding_unknown);
}

TEST(Rfc9112_6_1, Http10HasNoCodings) {
  EXPECT_EQ(error_of({{"Transfer-Encoding", "chunked"}}, 0), WireError::coding_in_http10);
}

TEST(Rfc9112_6_3, ResponsesWithoutABody) {
  const std::vector<HeaderField> fields = {{"Content-Length", "5"}};
  EXPECT_EQ(response_framing({1, 200, "OK", fields}, "HEAD").value().kind, BodyKind::none);
  for (const int status : {100, 204, 304}) {
    EXPECT_EQ(response_framing({1, status, "", fields}, "GET").value().kind, BodyKind::none);
  }
  EXPECT_EQ(response_framing({1, 200, "OK", fields}, "GET").value().length, 5U);
}

TEST(Rfc9112_6_3, AResponseWithoutFramingLastsToTheEnd) {
  EXPECT_EQ(response_framing({1, 200, "OK", {}}, "GET").value().kind, BodyKind::to_end);
}

TEST(Rfc9110_5_6_1_2, EmptyElementsOfAResponsesCodingsAreOverlooked) {
  for (const char* value : {",chunked", "chunked,", ", ,chunked, ,"}) {
    const auto framing = response_framing({1, 200, "OK", {{"Transfer-Encoding", value}}}, "GET");
    EXPECT_EQ(framing.value().kind, BodyKind::chunked) << value;
  }
  EXPECT_EQ(response_framing({1, 200, "OK", {{"Transfer-Encoding", ", ,"}}}, "GET").error(),
            WireError::coding_not_last);
}

TEST(Rfc9112_9_3, Persistence) {
  EXPECT_TRUE(wants_persistence(1, {}));
  EXPECT_FALSE(wants_persistence(1, {{"Connection", "foo, Close"}}));
  EXPECT_FALSE(wants_persistence(0, {}));
  EXPECT_TRUE(wants_persistence(0, {{"Connection", "Keep-Alive"}}));
}

}  // namespace
}  // namespace osprey::wire::http
