// SPDX-License-Identifier: Apache-2.0
#include "reply_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "echo_frame.hpp"
#include "latency.hpp"

namespace osprey::bench {
namespace {

const std::string kPayload = "twenty octets, or so";

std::string reply(char first, const std::string& payload) {
  std::string wire{first};
  if (payload.size() < 126) {
    wire += static_cast<char>(payload.size());
  } else {
    wire += '\x7e';
    wire += static_cast<char>(payload.size() >> 8U);
    wire += static_cast<char>(payload.size() & 0xffU);
  }
  return wire + payload;
}

// The error that the reader ends with, however the octets are split; "" for none.
std::string error_of(const std::string& expected, const std::string& wire) {
  ReplyReader whole(expected, false);
  whole.feed(wire.data(), wire.size(), true);
  ReplyReader split(expected, false);
  for (const char octet : wire) split.feed(&octet, 1, true);
  std::string error = whole.error() == nullptr ? "" : whole.error();
  EXPECT_EQ(error, split.error() == nullptr ? "" : split.error());
  return error;
}

TEST(ReplyReader, CountsMessagesInAnySplit) {
  const std::string wire = reply('\x81', kPayload) + reply('\x01', kPayload.substr(0, 5)) +
                           reply('\x8a', "") + reply('\x80', kPayload.substr(5)) +
                           reply('\x82', kPayload);
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    ReplyReader reader(kPayload, false);
    std::size_t messages = 0;
    for (std::size_t at = 0; at < wire.size(); at += step) {
      const std::string part = wire.substr(at, step);
      messages += reader.feed(part.data(), part.size(), true);
    }
    EXPECT_EQ(messages, 3U) << "in steps of " << step;
    EXPECT_EQ(reader.error(), nullptr);
  }
}

TEST(ReplyReader, ReadsTheLongerLengthForms) {
  const std::string payload(300, 'x');
  EXPECT_EQ(error_of(payload, reply('\x82', payload)), "");
  const std::string huge(70'000, 'x');
  std::string wire("\x82\x7f\0\0\0\0\0\x01\x11\x70", 10);
  EXPECT_EQ(error_of(huge, wire + huge), "");
}

TEST(ReplyReader, NoticesWhatIsWrong) {
  std::string changed = kPayload;
  changed[7] = '!';
  EXPECT_EQ(error_of(kPayload, reply('\x81', changed)), "a reply differs from what was sent");
  EXPECT_EQ(error_of(kPayload, reply('\x81', kPayload + "x")), "a reply is too long");
  EXPECT_EQ(error_of(kPayload, reply('\x81', "twenty")), "a reply is too short");
  EXPECT_EQ(error_of(kPayload, reply('\xc1', kPayload)), "a reserved bit is set in a reply");
  EXPECT_EQ(error_of(kPayload, std::string("\x81\x94") + kPayload), "a reply is masked");
  EXPECT_EQ(error_of(kPayload, reply('\x88', "")), "the server closed the connection");
}

TEST(ReplyReader, CountsCompressedMessages) {
  const std::string wire = reply('\xc1', "any") + reply('\x81', kPayload);
  ReplyReader reader(kPayload, true);
  EXPECT_EQ(reader.feed(wire.data(), wire.size(), true), 2U);
  EXPECT_EQ(reader.error(), nullptr);
}

TEST(ReplyReader, HandsOutPings) {
  ReplyReader reader(kPayload, false);
  const std::string wire = reply('\x89', "are you there");
  reader.feed(wire.data(), wire.size(), true);
  ASSERT_TRUE(reader.has_ping());
  EXPECT_EQ(reader.take_ping(), "are you there");
  EXPECT_FALSE(reader.has_ping());
}

TEST(EchoFrame, UnmasksToItsPayload) {
  for (const auto kind : {Payload::ascii, Payload::utf8, Payload::binary}) {
    const EchoFrame frame = make_echo_frame(100, kind);
    ASSERT_EQ(frame.wire.size(), 106U);
    EXPECT_EQ(frame.payload.size(), 100U);
    std::string plain = frame.wire.substr(6);
    EXPECT_NE(plain, frame.payload);
    for (std::size_t i = 0; i < plain.size(); ++i) {
      plain[i] = static_cast<char>(plain[i] ^ frame.wire[2 + i % 4]);
    }
    EXPECT_EQ(plain, frame.payload);
  }
}

TEST(Latency, QuantilesAreWithinThreePercent) {
  Latency latency;
  EXPECT_EQ(latency.quantile_us(0.5), 0);
  for (std::uint64_t us = 1; us <= 1000; ++us) latency.add(us * 1000);
  EXPECT_NEAR(latency.quantile_us(0.5), 500, 15);
  EXPECT_NEAR(latency.quantile_us(0.99), 990, 30);
}

}  // namespace
}  // namespace osprey::bench
