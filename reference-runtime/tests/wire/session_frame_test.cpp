// SPDX-License-Identifier: Apache-2.0
// RFC 6455 §5 as a session sees it: what a wrong frame does to the connection.
#include "support.hpp"

namespace osprey::wire {
namespace {

using namespace testing;

TEST(Rfc6455_5_1, ServerFailsUnmaskedFrames) {
  for (const unsigned opcode : {1U, 2U, 8U, 9U, 10U}) {
    const Trace trace = feed_all_ways(kServer, from_server(opcode, {}));
    expect_failure(trace, WireError::unmasked_client_frame);
    EXPECT_EQ(trace.events.size(), 1U);
    EXPECT_EQ(trace.sent.size(), 1U);
  }
}

TEST(Rfc6455_5_1, ServerFailsAnUnmaskedContinuation) {
  expect_failure(feed_all_ways(kServer, joined({from_client(1, bytes_of("a"), false),
                                                from_server(0, bytes_of("b"))})),
                 WireError::unmasked_client_frame);
}

TEST(Rfc6455_5_1, ClientFailsMaskedFrames) {
  for (const unsigned opcode : {1U, 2U, 8U, 9U, 10U}) {
    expect_failure(feed_all_ways(kClient, from_client(opcode, {})), WireError::masked_server_frame);
  }
}

TEST(Rfc6455_5_7, ExamplesOfTheRfc) {
  EXPECT_EQ(feed_all_ways(kServer, hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")).events,
            Strings{"text:Hello"});
  EXPECT_EQ(feed_all_ways(kClient, hex("81 05 48 65 6c 6c 6f")).events, Strings{"text:Hello"});
  EXPECT_EQ(feed_all_ways(kClient, hex("01 03 48 65 6c 80 02 6c 6f")).events,
            Strings{"text:Hello"});
  EXPECT_EQ(feed_all_ways(kClient, hex("89 05 48 65 6c 6c 6f")).events, Strings{"ping:Hello"});
  EXPECT_EQ(feed_all_ways(kServer, hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58")).events,
            Strings{"pong:Hello"});
}

TEST(Rfc6455_5_2, EveryLengthBoundaryIsEchoedWhole) {
  for (const std::size_t size : {0U, 1U, 124U, 125U, 126U, 127U, 128U, 255U, 65535U, 65536U}) {
    for (const Given& setup : {kServer, kClient}) {
      const Bytes input =
          frame({.opcode = 2, .payload = Bytes(size, 0x5A), .masked = setup.role == Role::server});
      const Trace trace =
          size < 1000 ? feed_all_ways(setup, input) : testing::feed_pieces(setup, input, 1009);
      ASSERT_EQ(trace.sent.size(), 1U);
      EXPECT_EQ(trace.sent, trace.events);
      EXPECT_EQ(trace, testing::feed_pieces(setup, input, 0));
      EXPECT_EQ(trace.state, Session::State::open);
    }
  }
}

TEST(Rfc6455_5_2, ReservedBitsFailAfterTheEarlierEcho) {
  const Trace trace = feed_all_ways(
      kServer, joined({from_client(1, bytes_of("good")), from_client(1, bytes_of("bad"), true, 2),
                       from_client(9, bytes_of("late"))}));
  expect_failure(trace, WireError::reserved_bits);
  EXPECT_EQ(trace.events, (Strings{"text:good", "error:reserved_bits"}));
  EXPECT_EQ(trace.sent.size(), 2U);
  EXPECT_EQ(trace.sent.front(), "text:good");
}

TEST(Rfc6455_5_2, UnknownOpcodesFail) {
  for (const unsigned opcode : {3U, 7U, 11U, 15U}) {
    expect_failure(feed_all_ways(kServer, from_client(opcode, bytes_of("x"))),
                   WireError::reserved_opcode);
    expect_failure(feed_all_ways(kClient, from_server(opcode, {})), WireError::reserved_opcode);
  }
}

TEST(Rfc6455_5_2, LongerLengthFormsFail) {
  expect_failure(
      feed_all_ways(kServer, frame({.opcode = 1, .payload = bytes_of("Hello"), .length_form = 16})),
      WireError::length_not_minimal);
  expect_failure(
      feed_all_ways(kServer, frame({.opcode = 1, .payload = bytes_of("Hello"), .length_form = 64})),
      WireError::length_not_minimal);
}

TEST(Rfc6455_5_2, HugeLengthsFailAtTheHeader) {
  expect_failure(feed_all_ways(kServer, hex("82 FF FF FF FF FF FF FF FF FF 00 00 00 00")),
                 WireError::length_top_bit);
  expect_failure(feed_all_ways(kServer, hex("82 FF 7F FF FF FF FF FF FF FF 00 00 00 00")),
                 WireError::message_too_big);
  // A first fragment of one octet must not let the sum wrap.
  expect_failure(feed_all_ways(kServer, joined({from_client(2, {0x31}, false),
                                                hex("80 FF 7F FF FF FF FF FF FF FF 00 00 00 00")})),
                 WireError::message_too_big);
}

TEST(Rfc6455_5_5, LongControlFramesFail) {
  for (const unsigned opcode : {8U, 9U, 10U}) {
    expect_failure(feed_all_ways(kServer, from_client(opcode, repeated('a', 126))),
                   WireError::control_too_long);
    expect_failure(feed_all_ways(kClient, from_server(opcode, repeated('a', 126))),
                   WireError::control_too_long);
  }
}

TEST(Rfc6455_5_5, FragmentedControlFramesFail) {
  for (const unsigned opcode : {8U, 9U, 10U}) {
    expect_failure(feed_all_ways(kServer, from_client(opcode, {}, false)),
                   WireError::fragmented_control);
  }
}

TEST(Rfc6455_5_5_2, PingsOfEveryLengthAreAnsweredInKind) {
  for (std::size_t size = 0; size <= 125; ++size) {
    for (const MaskKey& key : {MaskKey{0, 0, 0, 0}, MaskKey{255, 255, 255, 255}}) {
      const Bytes input = frame({.opcode = 9, .payload = repeated(0xF7, size), .key = key});
      const Trace trace =
          size % 25 == 0 ? feed_all_ways(kServer, input) : testing::feed_pieces(kServer, input, 0);
      ASSERT_EQ(trace.sent.size(), 1U);
      EXPECT_EQ(trace.sent[0].substr(2), trace.events[0].substr(2));
      EXPECT_EQ(trace.sent[0].substr(0, 5), "pong:");
    }
  }
}

TEST(Rfc6455_5_5_2, ClientAnswersPingsMasked) {
  const Trace trace = feed_all_ways(kClient, from_server(9, bytes_of("hi")));
  EXPECT_EQ(trace.sent, Strings{"pong:hi"});
}

TEST(Rfc6455_5_5_2, EmptyPingsLeaveTheConnectionOpen) {
  const Bytes ping = from_client(9, {});
  const Trace trace =
      feed_all_ways(kServer, joined({ping, ping, ping, from_client(1, bytes_of("x"))}));
  EXPECT_EQ(trace.sent, (Strings{"pong:", "pong:", "pong:", "text:x"}));
  EXPECT_EQ(trace.state, Session::State::open);
}

TEST(Rfc6455_5_5_3, UnsolicitedPongsAreNotAnswered) {
  const Trace trace =
      feed_all_ways(kServer, joined({from_client(10, bytes_of("x")), from_client(10, {})}));
  EXPECT_EQ(trace.events, (Strings{"pong:x", "pong:"}));
  EXPECT_TRUE(trace.sent.empty());
}

TEST(Rfc6455_7_1_7, NothingIsReadAfterAFailure) {
  const Trace trace = feed_all_ways(
      kServer, joined({from_client(3, {}), from_client(1, bytes_of("late")), from_client(9, {})}));
  EXPECT_EQ(trace.events, Strings{"error:reserved_opcode"});
  EXPECT_EQ(trace.sent.size(), 1U);
}

TEST(Rfc6455_10_4, AnOverlongFrameIsNotReadAsFrames) {
  Given setup;
  setup.limits.message = 100;
  const Bytes inner = from_client(9, bytes_of("inside"));
  Bytes payload = repeated('a', 200);
  std::copy(inner.begin(), inner.end(), payload.begin() + 101);
  const Trace trace = feed_all_ways(setup, from_client(2, payload));
  expect_failure(trace, WireError::message_too_big);
  EXPECT_EQ(trace.events.size(), 1U);
}

}  // namespace
}  // namespace osprey::wire
