// SPDX-License-Identifier: Apache-2.0
#include "wire/http/body_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "wire/http/chunk.hpp"

namespace osprey::wire::http {
namespace {

class Collector final : public BodySink {
 public:
  void on_body(ConstOctets part) override { text += text_of(part); }
  std::string text;
};

struct Reading {
  std::string body;
  std::size_t taken = 0;
  BodyReader::State state = BodyReader::State::needs_more;
  WireError error = WireError::none;

  bool operator==(const Reading&) const = default;
};

Reading read(const BodyFraming& framing, std::string_view input, std::size_t piece,
             const BodyLimits& limits = {}) {
  BodyReader reader(framing, &limits);
  Collector sink;
  Reading result;
  while (result.taken < input.size() && reader.state() == BodyReader::State::needs_more) {
    result.taken += reader.feed(octets_of(input.substr(result.taken, piece)), sink);
  }
  result.body = sink.text;
  result.state = reader.state();
  result.error = reader.error();
  return result;
}

// Whole, octet by octet and at every two-way cut: the result has to be the same.
Reading read_every_way(const BodyFraming& framing, std::string_view input,
                       const BodyLimits& limits = {}) {
  Reading whole = read(framing, input, std::string_view::npos, limits);
  EXPECT_EQ(read(framing, input, 1, limits), whole) << input;
  for (std::size_t cut = 1; cut < input.size(); ++cut) {
    const Reading cut_once = read(framing, input, cut, limits);
    EXPECT_EQ(cut_once.state, whole.state) << input << " cut at " << cut;
    EXPECT_EQ(cut_once.error, whole.error) << input << " cut at " << cut;
  }
  return whole;
}

constexpr BodyFraming kChunked{BodyKind::chunked, 0};

WireError chunked_error(std::string_view input, const BodyLimits& limits = {}) {
  return read_every_way(kChunked, input, limits).error;
}

TEST(Rfc9112_6_2, LengthEndsTheBodyAndLeavesWhatFollows) {
  const Reading reading = read_every_way({BodyKind::length, 5}, "helloGET / HTTP/1.1");
  EXPECT_EQ(reading.body, "hello");
  EXPECT_EQ(reading.taken, 5U);
  EXPECT_EQ(reading.state, BodyReader::State::complete);
}

TEST(Rfc9112_7_1, ChunksAreJoinedAndEndAtTheEmptyLine) {
  const std::string_view input =
      "5\r\nhello\r\n6;a=b; c=\"d;\\\"\"\r\n world\r\n0\r\nX: y\r\n\r\nGET";
  const Reading reading = read_every_way(kChunked, input);
  EXPECT_EQ(reading.body, "hello world");
  EXPECT_EQ(reading.state, BodyReader::State::complete);
  EXPECT_EQ(input.substr(reading.taken), "GET");
}

TEST(Rfc9112_7_1, UpperAndLowerCaseAndLeadingZerosAreSizes) {
  EXPECT_EQ(read_every_way(kChunked, "0A\r\n0123456789\r\n00\r\n\r\n").body, "0123456789");
  EXPECT_EQ(read_every_way(kChunked, "0a\r\n0123456789\r\n0\r\n\r\n").body, "0123456789");
}

TEST(Rfc9112_7_1, SizesThatAreNoHexadecimalNumberAreRefused) {
  for (const std::string_view size :
       {"", "-2", "+3", "0x3", "0_3", " 3", "3 ", "g", "FFFFFFFFFFFFFFFFF", "10000000000000000",
        "\t3", "5,", "3\n"}) {
    EXPECT_EQ(chunked_error(std::string(size) + "\r\nabc\r\n0\r\n\r\n"),
              WireError::chunk_size_invalid)
        << '[' << size << ']';
  }
}

TEST(Rfc9112_7_1, HugeSizesAreHeldToTheLimitAndNeverWrap) {
  EXPECT_EQ(chunked_error("FFFFFFFFFFFFFFFF\r\n"), WireError::body_too_big);
  EXPECT_EQ(chunked_error("8000000000000000\r\n"), WireError::body_too_big);
}

TEST(Rfc9112_7_1, OnlyCrLfEndsASizeLineAndTheData) {
  EXPECT_EQ(chunked_error("3\nabc\r\n0\r\n\r\n"), WireError::chunk_size_invalid);
  EXPECT_EQ(chunked_error("3\r\nabc\n0\r\n\r\n"), WireError::chunk_end_invalid);
  EXPECT_EQ(chunked_error("3\r\nabcXX0\r\n\r\n"), WireError::chunk_end_invalid);
  EXPECT_EQ(chunked_error("3\r\nabc\rX"), WireError::chunk_end_invalid);
  EXPECT_EQ(chunked_error("5\r\r;hello"), WireError::chunk_extension_invalid);
  EXPECT_EQ(chunked_error("0\r\nXX\r\n"), WireError::trailer_invalid);
}

TEST(Rfc9112_7_1_1, MalformedExtensionsAreRefused) {
  for (const std::string_view extension :
       {";", ";=", ";a=", ";a=\"b", ";a b", ";a=\"\n\"", ";a=\"\r\""}) {
    const WireError error = chunked_error("3" + std::string(extension) + "\r\nabc\r\n0\r\n\r\n");
    EXPECT_TRUE(error == WireError::chunk_extension_invalid ||
                error == WireError::chunk_size_invalid)
        << extension << ' ' << name_of(error);
  }
}

TEST(Rfc9112_7_1_1, ExtensionsAreBoundedInOneLineAndInAll) {
  BodyLimits limits;
  limits.chunk_line = 16;
  EXPECT_EQ(chunked_error("1;aaaaaaaaaaaaaaaaaaaaaaaa\r\n", limits),
            WireError::chunk_extension_invalid);
  limits.chunk_extensions = 20;
  EXPECT_EQ(chunked_error("1;aaaaaaaaaa\r\nx\r\n1;aaaaaaaaaa\r\ny\r\n", limits),
            WireError::chunk_extension_invalid);
}

TEST(Rfc9112_7_1_2, TrailersAreCheckedAndBounded) {
  EXPECT_EQ(chunked_error("0\r\nno colon\r\n\r\n"), WireError::trailer_invalid);
  EXPECT_EQ(chunked_error("0\r\nName : x\r\n\r\n"), WireError::trailer_invalid);
  EXPECT_EQ(chunked_error("0\r\n folded\r\n\r\n"), WireError::trailer_invalid);
  BodyLimits limits;
  limits.trailers = 8;
  EXPECT_EQ(chunked_error("0\r\nLong: 123456\r\n\r\n", limits), WireError::trailer_invalid);
}

TEST(Rfc9112_8, AnEndTooEarlyIsNeverAWholeBody) {
  const BodyLimits limits;
  for (const BodyFraming framing : {BodyFraming{BodyKind::length, 5}, kChunked}) {
    BodyReader reader(framing, &limits);
    Collector sink;
    reader.feed(octets_of("2\r\n"), sink);
    reader.end_of_input();
    EXPECT_EQ(reader.error(), WireError::body_truncated);
  }
}

TEST(Rfc9112_6_3, ABodyToTheEndIsCompleteWithTheEnd) {
  const BodyLimits limits;
  BodyReader reader({BodyKind::to_end, 0}, &limits);
  Collector sink;
  reader.feed(octets_of("anything"), sink);
  EXPECT_EQ(reader.state(), BodyReader::State::needs_more);
  reader.end_of_input();
  EXPECT_EQ(reader.state(), BodyReader::State::complete);
  EXPECT_EQ(sink.text, "anything");
}

TEST(Rfc9110_15_5_14, BodiesAreHeldToTheLimit) {
  BodyLimits limits;
  limits.body = 4;
  EXPECT_EQ(read({BodyKind::length, 5}, "hello", 5, limits).error, WireError::body_too_big);
  EXPECT_EQ(chunked_error("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", limits), WireError::body_too_big);
  EXPECT_EQ(read({BodyKind::to_end, 0}, "hello", 1, limits).error, WireError::body_too_big);
}

TEST(Rfc9112_7_1, WhatIsWrittenIsRead) {
  Buffer out;
  append_chunk(octets_of("hello"), out);
  append_chunk({}, out);  // must not end the body
  append_chunk(octets_of(std::string(300, 'x')), out);
  append_last_chunk(out);
  EXPECT_EQ(read_every_way(kChunked, text_of(out.octets())).body, "hello" + std::string(300, 'x'));
}

}  // namespace
}  // namespace osprey::wire::http
