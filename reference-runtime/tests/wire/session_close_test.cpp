// SPDX-License-Identifier: Apache-2.0
// RFC 6455 §5.5.1 and §7: the closing handshake, and what may be sent when.
#include "support.hpp"

namespace osprey::wire {
namespace {

using namespace testing;

class Events : public SessionEvents {
 public:
  void on_message(MessageKind, Octets payload) override {
    seen.push_back("message:" + std::string(text_of(payload)));
  }
  void on_ping(ConstOctets) override { seen.push_back("ping"); }
  void on_close(const Close& close) override {
    seen.push_back("close:" + std::to_string(close.code));
  }
  void on_error(WireError error, std::string_view detail) override {
    EXPECT_FALSE(detail.empty());
    seen.push_back("error:" + std::string(name_of(error)));
  }
  Strings seen;
};

TEST(Rfc6455_5_5_1, CloseIsAnsweredWithItsCode) {
  for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U,
                              1013U, 1014U, 3000U, 3999U, 4000U, 4999U}) {
    const Trace trace = feed_all_ways(kServer, from_client(8, close_body(code, "bye")));
    EXPECT_EQ(trace.events, Strings{"close:" + std::to_string(code) + ":bye"});
    EXPECT_EQ(trace.sent, Strings{"close:" + std::to_string(code) + ":"});
    EXPECT_EQ(trace.state, Session::State::closed);
    EXPECT_EQ(feed_all_ways(kClient, from_server(8, close_body(code))).sent, trace.sent);
  }
}

TEST(Rfc6455_7_1_5, EmptyCloseReadsAs1005AndIsAnsweredEmpty) {
  const Trace trace = feed_all_ways(kServer, from_client(8, {}));
  EXPECT_EQ(trace.events, Strings{"close:1005:"});
  EXPECT_EQ(trace.sent, Strings{"close"});
}

TEST(Rfc6455_5_5_1, OneOctetBodyFails) {
  expect_failure(feed_all_ways(kServer, from_client(8, hex("03"))), WireError::close_body_short);
  expect_failure(feed_all_ways(kClient, from_server(8, hex("03"))), WireError::close_body_short);
}

TEST(Rfc6455_7_4, CodesThatMustNotBeSentFail) {
  for (const unsigned code :
       {0U, 1U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65535U}) {
    expect_failure(feed_all_ways(kServer, from_client(8, close_body(code))),
                   WireError::close_code_invalid);
  }
}

TEST(Rfc6455_5_5_1, ReasonMustBeUtf8) {
  expect_failure(
      feed_all_ways(kServer, from_client(8, close_body(1000, "\xCE\xBA\xE1\xBD\xB9\xED\xA0\x80"))),
      WireError::close_reason_not_utf8);
  expect_failure(feed_all_ways(kServer, from_client(8, close_body(1000, "cut \xE2\x82"))),
                 WireError::close_reason_not_utf8);
  const std::string longest(123, 'r');
  EXPECT_EQ(feed_all_ways(kServer, from_client(8, close_body(1000, longest))).sent,
            Strings{"close:1000:"});
}

TEST(Rfc6455_5_5_1, CloseInsideAFragmentedMessageIsAnsweredWithItsCode) {
  const Trace trace = feed_all_ways(
      kServer, joined({from_client(1, bytes_of("half"), false), from_client(8, close_body(1000)),
                       from_client(0, bytes_of("rest"))}));
  EXPECT_EQ(trace.events, Strings{"close:1000:"});
  EXPECT_EQ(trace.sent, Strings{"close:1000:"});
}

TEST(Rfc6455_5_5_1, NothingIsReadAfterClose) {
  const Trace trace =
      feed_all_ways(kServer, joined({from_client(8, close_body(1000)), from_client(9, {}),
                                     from_client(1, bytes_of("late")), hex("FF FF")}));
  EXPECT_EQ(trace.events.size(), 1U);
  EXPECT_EQ(trace.sent.size(), 1U);
}

TEST(Rfc6455_5_5_1, NoSecondCloseAfterOurs) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  Events events;
  Buffer out;
  EXPECT_EQ(session.send_close(1001, "going", out), WireError::none);
  EXPECT_EQ(session.state(), Session::State::closing);
  // The peer has not read it yet: its message and ping still count, and only the ping is answered.
  Bytes input = joined({from_client(1, bytes_of("late")), from_client(9, bytes_of("p")),
                        from_client(8, close_body(4000))});
  EXPECT_EQ(session.receive(input, events, out), input.size());
  EXPECT_EQ(events.seen, (Strings{"message:late", "ping", "close:4000"}));
  EXPECT_EQ(describe_frames(out.octets(), Role::server), (Strings{"close:1001:going", "pong:p"}));
  EXPECT_EQ(session.state(), Session::State::closed);
  EXPECT_TRUE(session.close_received());
}

TEST(Rfc6455_7_1_7, AFailureAfterOurCloseSendsNothing) {
  const Limits limits;
  Session session(Role::client, &limits, std::nullopt);
  Events events;
  Buffer out;
  EXPECT_EQ(session.send_close(1000, {}, out), WireError::none);
  Bytes input = hex("F1 00");
  EXPECT_EQ(session.receive(input, events, out), input.size());
  EXPECT_EQ(events.seen, Strings{"error:reserved_bits"});
  EXPECT_EQ(describe_frames(out.octets(), Role::client), Strings{"close:1000:"});
  EXPECT_EQ(session.state(), Session::State::closed);
}

TEST(Rfc6455_5_5_1, NoDataFrameFollowsOurClose) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  Buffer out;
  ASSERT_EQ(session.send_close(1000, {}, out), WireError::none);
  const std::size_t size = out.size();
  EXPECT_EQ(session.send_message(MessageKind::text, bytes_of("x"), out), WireError::send_not_open);
  EXPECT_EQ(session.send_ping({}, out), WireError::send_not_open);
  EXPECT_EQ(session.send_pong({}, out), WireError::send_not_open);
  EXPECT_EQ(session.send_close(1000, {}, out), WireError::send_not_open);
  EXPECT_EQ(out.size(), size);
}

TEST(Rfc6455_7_4_1, CodesThatCannotBeSent) {
  const Limits limits;
  for (const Role role : {Role::server, Role::client}) {
    Session session(role, &limits, std::nullopt);
    Buffer out;
    for (const unsigned code : {0U, 999U, 1004U, 1006U, 1015U, 1016U, 2999U, 5000U, 65535U}) {
      EXPECT_EQ(session.send_close(static_cast<std::uint16_t>(code), {}, out),
                WireError::send_close_code);
    }
    EXPECT_EQ(session.send_close(1005, "reason", out), WireError::send_close_code);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(session.state(), Session::State::open);
    EXPECT_EQ(session.send_close(1010, {}, out),
              role == Role::server ? WireError::send_close_code : WireError::none);
  }
}

TEST(Rfc6455_5_5_1, ReasonsFitTheFrame) {
  const Limits limits;
  const std::string euro = "\xE2\x82\xAC";
  std::string forty_one;
  for (int i = 0; i < 41; ++i) {
    forty_one += euro;
  }
  Session session(Role::server, &limits, std::nullopt);
  Buffer out;
  EXPECT_EQ(session.send_close(1000, forty_one + "x", out), WireError::send_control_too_long);
  EXPECT_EQ(session.send_close(1000, forty_one.substr(1), out), WireError::send_reason_not_utf8);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(session.send_close(1000, forty_one, out), WireError::none);
  EXPECT_EQ(out.size(), 127U);
}

TEST(Rfc6455_7_4_1, NoCodeMeansAnEmptyBody) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  Buffer out;
  EXPECT_EQ(session.send_close(kCloseNoStatus, {}, out), WireError::none);
  EXPECT_EQ(Bytes(out.octets().begin(), out.octets().end()), hex("88 00"));
}

TEST(Rfc6455_5_6, TextToSendIsChecked) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  Buffer out;
  EXPECT_EQ(session.send_message(MessageKind::text, hex("ff"), out), WireError::send_text_not_utf8);
  EXPECT_EQ(session.send_message(MessageKind::binary, hex("ff"), out), WireError::none);
  EXPECT_EQ(Bytes(out.octets().begin(), out.octets().end()), hex("82 01 ff"));
}

TEST(Rfc6455_5_5, ControlPayloadsToSendAreChecked) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  Buffer out;
  EXPECT_EQ(session.send_ping(repeated('a', 126), out), WireError::send_control_too_long);
  EXPECT_EQ(session.send_pong(repeated('a', 126), out), WireError::send_control_too_long);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(session.send_ping(repeated('a', 125), out), WireError::none);
  EXPECT_EQ(session.send_pong({}, out), WireError::none);
  EXPECT_EQ(describe_frames(out.octets(), Role::server).size(), 2U);
}

TEST(Rfc6455_5_3, ClientMasksEachFrameWithAnotherKey) {
  const Limits limits;
  Session session(Role::client, &limits, std::nullopt);
  Buffer out;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(session.send_message(MessageKind::binary, repeated(0, 4), out), WireError::none);
  }
  ASSERT_EQ(session.send_ping(repeated(0, 4), out), WireError::none);
  const Bytes sent(out.octets().begin(), out.octets().end());
  ASSERT_EQ(sent.size(), 40U);
  std::vector<Bytes> keys;
  for (std::size_t at = 0; at < sent.size(); at += 10) {
    EXPECT_EQ(sent[at + 1], 0x84);
    const auto key = sent.begin() + static_cast<long>(at + 2);
    keys.emplace_back(key, key + 4);
    // Zeros masked show the key.
    EXPECT_EQ(Bytes(key + 4, key + 8), keys.back());
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

TEST(Session, SendingInsideAnEventKeepsTheOrder) {
  const Limits limits;
  Session session(Role::server, &limits, std::nullopt);
  Buffer out;
  class Closer : public SessionEvents {
   public:
    Closer(Session& session, Buffer& out) : session_(session), out_(out) {}
    void on_message(MessageKind kind, Octets payload) override {
      ++messages;
      EXPECT_EQ(session_.send_message(kind, payload, out_), WireError::none);
      EXPECT_EQ(session_.send_close(1000, "enough", out_), WireError::none);
    }
    int messages = 0;

   private:
    Session& session_;
    Buffer& out_;
  } closer(session, out);
  Bytes input = joined({from_client(1, bytes_of("one")), from_client(8, close_body(1000))});
  EXPECT_EQ(session.receive(input, closer, out), input.size());
  EXPECT_EQ(describe_frames(out.octets(), Role::server),
            (Strings{"text:one", "close:1000:enough"}));
  EXPECT_EQ(session.state(), Session::State::closed);
}

TEST(Session, IsSmall) {
  EXPECT_LE(sizeof(Session), 160U);
}

}  // namespace
}  // namespace osprey::wire
