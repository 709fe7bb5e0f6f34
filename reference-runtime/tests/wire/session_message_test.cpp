// SPDX-License-Identifier: Apache-2.0
// RFC 6455 §5.4, §5.6, §8.1: fragments, text, limits.
#include "support.hpp"

namespace osprey::wire {
namespace {

using namespace testing;

TEST(Rfc6455_5_4, FragmentsAreJoinedInOrder) {
  const Trace trace = feed_all_ways(
      kServer, joined({from_client(1, bytes_of("He"), false), from_client(0, bytes_of("ll"), false),
                       from_client(0, bytes_of("o"))}));
  EXPECT_EQ(trace.events, Strings{"text:Hello"});
  EXPECT_EQ(trace.sent, Strings{"text:Hello"});
}

TEST(Rfc6455_5_4, EmptyFragmentsAreLegal) {
  const Trace trace =
      feed_all_ways(kServer, joined({from_client(2, {}, false), from_client(0, {}, false),
                                     from_client(0, bytes_of("x"), false), from_client(0, {})}));
  EXPECT_EQ(trace.events, Strings{"binary:x"});
  EXPECT_EQ(feed_all_ways(kClient, joined({from_server(1, {}, false), from_server(0, {})})).events,
            Strings{"text:"});
}

TEST(Rfc6455_5_4, ControlFramesMayStandBetweenFragments) {
  const Trace trace = feed_all_ways(
      kServer, joined({from_client(1, bytes_of("He"), false), from_client(9, bytes_of("p1")),
                       from_client(0, bytes_of("l"), false), from_client(10, bytes_of("q")),
                       from_client(9, {}), from_client(0, bytes_of("lo")),
                       from_client(1, bytes_of("next"))}));
  EXPECT_EQ(trace.events, (Strings{"ping:p1", "pong:q", "ping:", "text:Hello", "text:next"}));
  EXPECT_EQ(trace.sent, (Strings{"pong:p1", "pong:", "text:Hello", "text:next"}));
}

TEST(Rfc6455_5_4, StrayContinuationsFail) {
  expect_failure(feed_all_ways(kServer, from_client(0, bytes_of("x"))),
                 WireError::unexpected_continuation);
  expect_failure(feed_all_ways(kServer, joined({from_client(1, bytes_of("a"), false),
                                                from_client(0, bytes_of("b")),
                                                from_client(0, bytes_of("c"))})),
                 WireError::unexpected_continuation);
}

TEST(Rfc6455_5_4, InterleavedMessagesFail) {
  for (const unsigned opcode : {1U, 2U}) {
    expect_failure(feed_all_ways(kServer, joined({from_client(1, bytes_of("a"), false),
                                                  from_client(opcode, bytes_of("b"))})),
                   WireError::interleaved_message);
  }
}

TEST(Rfc6455_5_4, OneOctetFragmentsUpToTheLimit) {
  Given setup;
  setup.limits.fragments = 100;
  Bytes input = from_client(2, bytes_of("x"), false);
  for (int i = 0; i < 98; ++i) {
    input = joined({input, from_client(0, bytes_of("x"), false)});
  }
  const Bytes last = from_client(0, bytes_of("x"));
  EXPECT_EQ(feed_all_ways(setup, joined({input, last})).events.size(), 1U);
  expect_failure(feed_all_ways(setup, joined({input, from_client(0, {}, false), last})),
                 WireError::too_many_fragments);
}

TEST(Rfc6455_10_4, DefaultLimitsTake65536Fragments) {
  Bytes input = from_client(2, bytes_of("0123456789ABCDEF"), false);
  const Bytes more = from_client(0, bytes_of("0123456789ABCDEF"), false);
  for (int i = 0; i < 65534; ++i) {
    input.insert(input.end(), more.begin(), more.end());
  }
  input = joined({input, from_client(0, bytes_of("0123456789ABCDEF"))});
  const Trace trace = testing::feed_pieces(kServer, input, 65536);
  ASSERT_EQ(trace.events.size(), 1U);
  EXPECT_EQ(trace.events[0].substr(0, 16), "binary:#1048576#");
  EXPECT_EQ(trace.sent, trace.events);
}

TEST(Rfc6455_10_4, MessagesAreHeldToTheLimitHoweverTheyComeIn) {
  Given setup;
  setup.limits.message = 300;
  EXPECT_EQ(feed_all_ways(setup, from_client(2, repeated('a', 300))).events.size(), 1U);
  const Trace exact = feed_all_ways(setup, joined({from_client(1, repeated('a', 150), false),
                                                   from_client(0, repeated('b', 150))}));
  EXPECT_EQ(exact.state, Session::State::open);
  const Trace frame = feed_all_ways(setup, from_client(2, repeated('a', 301)));
  expect_failure(frame, WireError::message_too_big);
  const Trace sum = feed_all_ways(setup, joined({from_client(1, repeated('a', 150), false),
                                                 from_client(0, repeated('b', 151))}));
  expect_failure(sum, WireError::message_too_big);
  EXPECT_EQ(sum.events.size(), 1U);
}

TEST(Rfc6455_10_4, MemoryFollowsTheDataAndNotTheAnnouncedLength) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  class Nothing : public SessionEvents {
    void on_message(MessageKind, Octets) override {}
  } nothing;
  Buffer out;
  Bytes input = hex("82 FF 00 00 00 00 00 F0 00 00 00 00 00 00");
  EXPECT_EQ(session.receive(input, nothing, out), input.size());
  EXPECT_EQ(session.held_octets(), 0U);
  Bytes part = repeated(0, 600000);
  EXPECT_EQ(session.receive(part, nothing, out), part.size());
  EXPECT_LE(session.held_octets(), 2 * part.size());
  EXPECT_FALSE(session.between_messages());
}

TEST(Rfc6455_10_4, NothingIsHeldBetweenMessages) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  class Nothing : public SessionEvents {
    void on_message(MessageKind, Octets) override {}
  } nothing;
  Buffer out;
  Bytes input = joined({from_client(1, repeated('a', 70000), false), from_client(9, bytes_of("x")),
                        from_client(0, repeated('a', 70000))});
  for (std::uint8_t& octet : input) {
    EXPECT_EQ(session.receive({&octet, 1}, nothing, out), 1U);
  }
  EXPECT_EQ(session.held_octets(), 0U);
  EXPECT_TRUE(session.between_messages());
}

// More than one wide register of it.
constexpr const char* kLongText =
    "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5 and a tail past sixteen octets \xE2\x82\xAC";

TEST(Rfc6455_5_6, ValidTextOfAllKindsIsEchoed) {
  for (const char* const text : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                 "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF", kLongText}) {
    for (const Given& setup : {kServer, kClient}) {
      testing::keep_seed("utf8_fuzz", joined({{2}, bytes_of(text)}));
      const Bytes payload = bytes_of(text);
      const Trace trace = feed_all_ways(
          setup, setup.role == Role::server ? from_client(1, payload) : from_server(1, payload));
      EXPECT_EQ(trace.events.size(), 1U) << text;
      EXPECT_EQ(trace.sent, trace.events);
    }
  }
}

TEST(Rfc6455_5_6, ACharacterMayBeCutByFragments) {
  const Bytes text = hex("ce ba e1 bd b9 f0 9f 98 80");
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto at = text.begin() + static_cast<long>(cut);
    const Trace trace =
        feed_all_ways(kServer, joined({from_client(1, Bytes(text.begin(), at), false),
                                       from_client(9, {}), from_client(0, Bytes(at, text.end()))}));
    EXPECT_EQ(trace.events, (Strings{"ping:", "text:\\ce\\ba\\e1\\bd\\b9\\f0\\9f\\98\\80"}));
  }
}

TEST(Rfc6455_5_6, BinaryIsNotCheckedAsText) {
  const Trace trace = feed_all_ways(kServer, from_client(2, hex("ff fe 80 c0")));
  EXPECT_EQ(trace.sent, Strings{"binary:\\ff\\fe\\80\\c0"});
}

TEST(Rfc6455_8_1, InvalidTextFailsInEveryRole) {
  for (const char* const text : {"ff", "80", "c0 80", "ed a0 80", "f4 90 80 80", "e2 82", "41 c3",
                                 "41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 f8"}) {
    testing::keep_seed("utf8_fuzz", joined({{1}, hex(text)}));
    expect_failure(feed_all_ways(kServer, from_client(1, hex(text))), WireError::invalid_utf8);
    expect_failure(feed_all_ways(kClient, from_server(1, hex(text))), WireError::invalid_utf8);
    expect_failure(feed_all_ways(kServer, joined({from_client(1, bytes_of("ok"), false),
                                                  from_client(0, hex(text))})),
                   WireError::invalid_utf8);
  }
}

TEST(Rfc6455_8_1, FailsBeforeTheMessageEnds) {
  // The first fragment is enough.
  expect_failure(feed_all_ways(kServer, from_client(1, hex("61 ff 61"), false)),
                 WireError::invalid_utf8);
}

TEST(Rfc6455_8_1, FailsInsideAFrameThatIsNotComplete) {
  const Bytes whole =
      from_client(1, hex("ce ba e1 bd b9 cf 83 ce bc ce b5 f4 90 80 80 65 64 69 74"));
  // Header of 6 octets, 12 right ones, and the 90 that no text can hold after F4.
  const Bytes enough(whole.begin(), whole.begin() + 6 + 13);
  expect_failure(feed_all_ways(kServer, enough), WireError::invalid_utf8);
  const Bytes one_less(whole.begin(), whole.begin() + 6 + 12);
  EXPECT_EQ(feed_all_ways(kServer, one_less).state, Session::State::open);
}

TEST(Rfc6455_2_1, ManyMessagesInOnePiece) {
  Bytes input;
  Strings expected;
  for (int i = 0; i < 40; ++i) {
    const std::string text = "message " + std::to_string(i);
    input = joined({input, from_client(1, bytes_of(text))});
    expected.push_back("text:" + text);
  }
  EXPECT_EQ(feed_all_ways(kServer, input).sent, expected);
}

TEST(BackPressure, StopsBetweenFramesWhenTheQueueIsFull) {
  Limits limits;
  limits.queued = 50;
  Session session(Role::server, &limits, std::nullopt);
  class Count : public SessionEvents {
   public:
    void on_message(MessageKind, Octets) override { ++messages; }
    int messages = 0;
  } count;
  Buffer out;
  const Bytes ping = from_client(9, repeated('p', 28));  // a pong of 30 octets, a ping of 34
  Bytes input = joined({ping, ping, ping, from_client(1, bytes_of("x"))});
  EXPECT_EQ(session.receive(input, count, out), 68U);
  EXPECT_EQ(session.receive(Octets(input).subspan(68), count, out), 0U);
  out.clear();
  EXPECT_EQ(session.receive(Octets(input).subspan(68), count, out), input.size() - 68);
  EXPECT_EQ(count.messages, 1);
}

}  // namespace
}  // namespace osprey::wire
