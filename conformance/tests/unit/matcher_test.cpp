// SPDX-License-Identifier: Apache-2.0
#include "run/match/matcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching.hpp"
#include "wire/digest.hpp"

namespace conform {
namespace {

using testing::HasSubstr;

class MatcherTest : public testing::Test {
 protected:
  MatcherTest() { channel.enter_websocket(std::nullopt); }

  Outcome match(const std::string& yaml, Role role = Role::server) {
    Facts facts(channel, payloads, role);
    facts.handshake = &handshake;
    facts.offer = offer;
    return Matcher(facts).match(expectation(yaml));
  }
  Answer answer(const std::string& yaml, Role role = Role::server) {
    return match(yaml, role).answer;
  }

  void message(const std::string& text, bool echo) {
    SeenMessage one;
    one.opcode = wire::kText;
    one.payload = text;
    one.matches_echo = echo;
    one.frames = 1;
    channel.seen.messages.push_back(one);
  }
  void close(std::optional<std::uint16_t> code) {
    channel.seen.close.emplace();
    channel.seen.close->kind = wire::EventKind::close;
    channel.seen.close->code = code;
  }
  void response(const std::string& head) {
    wire::HttpMessage one;
    std::size_t used = 0;
    one.head = *wire::read_head(head, used);
    channel.seen.responses.push_back(one);
  }

  RunContext context;
  Nobody nobody;
  PayloadMaker payloads{1, "a/case", false, 0};
  HandshakeFacts handshake;
  std::string offer;
  Channel channel{context, nobody, Role::server, "a/case"};
};

TEST_F(MatcherTest, AFenceOfAnEarlierStepSaysNothingWhenItsEchoComesLate) {
  const auto echo_of = [](int number) {
    const std::string text = "osprey fence " + std::to_string(number) + " of a/case";
    return std::string("\x81") + static_cast<char>(text.size()) + text;
  };
  channel.enter_websocket(std::nullopt);
  channel.send_fence(false);
  channel.begin_window();
  channel.events().on_octets(echo_of(1));
  EXPECT_FALSE(channel.seen.fence_answered);
  EXPECT_TRUE(channel.seen.messages.empty());
  channel.send_fence(false);
  channel.events().on_octets(echo_of(2));
  EXPECT_TRUE(channel.seen.fence_answered);
}

TEST_F(MatcherTest, AnEchoIsWaitedForAndThenDue) {
  channel.encoder.awaited.push_back({wire::kText, "hello"});
  EXPECT_EQ(answer("echo"), Answer::wait);
  channel.seen.fence_answered = true;
  EXPECT_THAT(
      match("echo").why,
      HasSubstr("the echo of text \"hello\" did not come, though the connection is still open"));
  channel.encoder.awaited.clear();
  EXPECT_EQ(answer("echo"), Answer::yes);
}

TEST_F(MatcherTest, ADeadlineIsNeverAPass) {
  channel.seen.timeout = true;
  for (const char* any :
       {"alive", "nothing", "closed", "connected", "{pong: x}", "{text: x}", "{tcp: ended}",
        "{closed: true, code: none}", "{any: [{closed: true}, {alive: true}]}"}) {
    const Outcome outcome = match(any);
    EXPECT_EQ(outcome.answer, Answer::no) << any;
    EXPECT_TRUE(outcome.reason().is_timeout()) << any;
    EXPECT_THAT(outcome.why, HasSubstr("timeout")) << any;
  }
}

TEST_F(MatcherTest, WhatNobodyAllowsFails) {
  message("bad", false);
  for (const char* any : {"echo", "alive", "nothing", "closed", "{closed: true, echo: optional}"}) {
    EXPECT_EQ(answer(any), Answer::no) << any;
  }
  channel.seen.fence_answered = true;
  EXPECT_EQ(answer("{alive: true, messages: any}"), Answer::yes);
}

TEST_F(MatcherTest, AViolationFailsEverything) {
  channel.seen.violation = "a frame with reserved opcode 3";
  channel.seen.end = EndOfStream::fin;
  for (const char* any : {"closed", "echo", "{messages: any, alive: true}", "refused"}) {
    EXPECT_EQ(answer(any), Answer::no) << any;
  }
}

TEST_F(MatcherTest, ClosedMeansCloseOrEnd) {
  EXPECT_EQ(answer("closed"), Answer::wait);
  channel.seen.fence_answered = true;
  EXPECT_THAT(match("closed").why, HasSubstr("still open and answering"));
  channel.seen.fence_answered = false;
  channel.seen.end = EndOfStream::rst;
  EXPECT_EQ(answer("closed"), Answer::yes);
  EXPECT_EQ(answer("{closed: true, code: [1002, none]}"), Answer::yes);
  EXPECT_EQ(answer("{closed: true, code: 1002}"), Answer::no);
  EXPECT_EQ(answer("{closed: true, tcp: fin}"), Answer::no);
  EXPECT_EQ(answer("{closed: true, tcp: ended}"), Answer::yes);
}

TEST_F(MatcherTest, CloseCodesAreHeldAgainstTheList) {
  close(1002);
  EXPECT_EQ(answer("closed"), Answer::yes);
  EXPECT_EQ(answer("{closed: true, code: [1002, none]}"), Answer::yes);
  EXPECT_EQ(answer("{closed: true, code: [\"3000-4999\", 1000]}"), Answer::no);
  EXPECT_EQ(answer("{closed: true, code: none}"), Answer::no);
  EXPECT_EQ(answer("alive"), Answer::no);
  close(std::nullopt);
  EXPECT_EQ(answer("{closed: true, code: empty}"), Answer::yes);
  EXPECT_EQ(answer("{closed: true, code: 1002}"), Answer::no);
}

TEST_F(MatcherTest, PongsComeInAnyOrderOrOnlyTheLast) {
  for (const char* ping : {"a", "b", "c"}) channel.encoder.pings.sent(ping);
  const auto pong = [&](const char* payload) { channel.encoder.pings.answered(payload); };
  EXPECT_EQ(answer("{pongs: last}"), Answer::wait);
  pong("c");
  EXPECT_EQ(answer("{pongs: last}"), Answer::yes);
  EXPECT_EQ(answer("{pongs: all}"), Answer::wait);
  pong("a");
  pong("heartbeat");
  EXPECT_THAT(match("{pongs: all}").why, HasSubstr("\"b\""));
  pong("b");
  EXPECT_EQ(answer("{pongs: all}"), Answer::yes);
}

TEST_F(MatcherTest, EachPingHasAPongOfItsOwn) {
  for (const char* ping : {"a", "a", "b"}) channel.encoder.pings.sent(ping);
  for (const char* pong : {"a", "b", "b"}) channel.encoder.pings.answered(pong);
  EXPECT_EQ(answer("{pongs: all}"), Answer::wait);
  channel.seen.ping_fence_answered = true;
  EXPECT_THAT(match("{pongs: all}").why, HasSubstr("\"a\" did not come, though"));
  EXPECT_EQ(answer("{pongs: last}"), Answer::yes);
}

TEST_F(MatcherTest, ACloseMayBeLostByTheResetOfOctetsThatFollowedOurs) {
  channel.seen.end = EndOfStream::rst;
  EXPECT_EQ(answer("{closed: true, code: [empty, 1000]}"), Answer::no);
  Item close;
  close.opcode = wire::kClose;
  close.is_close = true;
  Item ping;
  ping.opcode = wire::kPing;
  wire::Octets out;
  channel.encoder.encode(close, 0, payloads, out);
  EXPECT_EQ(answer("{closed: true, code: [empty, 1000]}"), Answer::no);
  channel.encoder.encode(ping, 0, payloads, out);
  EXPECT_EQ(answer("{closed: true, code: [empty, 1000]}"), Answer::yes);
  channel.seen.end = EndOfStream::fin;
  EXPECT_EQ(answer("{closed: true, code: [empty, 1000]}"), Answer::no);
}

TEST_F(MatcherTest, PongsOfAFloodAreLookedAtOnce) {
  // Quadratic, this takes minutes: every pong is one that no ping asked for.
  for (int i = 0; i < 300000; ++i) {
    channel.encoder.pings.sent("ping " + std::to_string(i));
    channel.encoder.pings.answered("other " + std::to_string(i));
    if (i % 100 == 0) {
      EXPECT_EQ(answer("{pongs: last}"), Answer::wait);
    }
  }
  EXPECT_EQ(answer("{pongs: all}"), Answer::wait);
  for (int i = 0; i < 300000; ++i) channel.encoder.pings.answered("ping " + std::to_string(i));
  EXPECT_EQ(answer("{pongs: all}"), Answer::yes);
}

TEST_F(MatcherTest, ReadingsThatHoldCarryTheirLimits) {
  const auto readings = [&](const std::string& expect, const std::string& lax) {
    Step step;
    step.expect = expectation(expect);
    if (!lax.empty()) step.tolerate.push_back(expectation(lax));
    Facts facts(channel, payloads, Role::server);
    return Matcher(facts).readings(step, "strict");
  };
  close(1002);
  const auto both =
      readings("{any: [{closed: true, code: 1002, cpu: 20%}, {echo: true}], memory: 1 MiB}",
               "{closed: true, threads: 3}");
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(limits_of(both[0].expect).cpu, 20);
  EXPECT_EQ(limits_of(both[0].expect).memory, std::uint64_t{1} << 20U);
  EXPECT_FALSE(both[0].lenient);
  EXPECT_EQ(limits_of(both[1].expect).threads, 3);
  EXPECT_TRUE(both[1].lenient);
  EXPECT_EQ(both[1].why.text, "strict");
  EXPECT_TRUE(readings("{closed: true, code: 1000}", "").empty());
}

TEST_F(MatcherTest, WhatIsAwaitedHasArrivedBeforeAFenceMayGo) {
  const auto arrived = [&](const std::string& yaml) {
    Facts facts(channel, payloads, Role::server);
    return Matcher(facts).arrived(expectation(yaml));
  };
  channel.encoder.awaited.push_back({wire::kText, "hello"});
  EXPECT_FALSE(arrived("{echo: true}"));
  channel.encoder.awaited.clear();
  EXPECT_TRUE(arrived("{echo: true, alive: true}"));
  EXPECT_FALSE(arrived("{text: hello}"));
  EXPECT_FALSE(arrived("{pong: hello}"));
  channel.seen.pongs.push_back("hello");
  EXPECT_TRUE(arrived("{pong: hello}"));
}

TEST_F(MatcherTest, NothingForbidsAPongOfOurOctetsOnly) {
  channel.encoder.pongs = {"unasked"};
  channel.seen.fence_answered = true;
  channel.seen.pongs = {"heartbeat"};
  EXPECT_EQ(answer("nothing"), Answer::yes);
  channel.seen.pongs = {"unasked"};
  EXPECT_EQ(answer("nothing"), Answer::no);
}

TEST_F(MatcherTest, AnyTakesTheFirstThatHoldsAndWaitsForTheRest) {
  EXPECT_EQ(answer("{any: [{closed: true}, {alive: true}]}"), Answer::wait);
  channel.seen.fence_answered = true;
  EXPECT_EQ(answer("{any: [{closed: true}, {alive: true}]}"), Answer::yes);
  EXPECT_EQ(answer("{any: [{alive: true}, {closed: true}]}"), Answer::yes);
}

const char* const kSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n";

TEST_F(MatcherTest, A101HasToFitTheKey) {
  handshake.key = "dGhlIHNhbXBsZSBub25jZQ==";
  EXPECT_EQ(answer("{status: 101}"), Answer::wait);
  response(std::string(kSwitch) + "Sec-WebSocket-Accept: wrong\r\n\r\n");
  EXPECT_THAT(match("{status: 101}").why, HasSubstr("Sec-WebSocket-Accept is \"wrong\""));
  channel.seen.responses.clear();
  response(std::string(kSwitch) + "Sec-WebSocket-Accept: " + wire::accept_for(handshake.key) +
           "\r\n\r\n");
  EXPECT_EQ(answer("{status: 101}"), Answer::yes);
  EXPECT_EQ(answer("{status: 4xx}"), Answer::no);
  EXPECT_EQ(answer("refused"), Answer::no);
  EXPECT_EQ(answer("{any: [{status: 101}, {status: 4xx}]}"), Answer::yes);
}

TEST_F(MatcherTest, RefusalsAndHeaders) {
  response("HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 8, 13\r\n\r\n");
  EXPECT_EQ(answer("{status: 4xx, headers: {sec-websocket-version: {contains: \"13\"}}}"),
            Answer::yes);
  EXPECT_EQ(answer("{status: not-101, headers: {Sec-WebSocket-Version: null}}"), Answer::no);
  EXPECT_EQ(answer("{status: [400, 404]}"), Answer::no);
  EXPECT_EQ(answer("refused"), Answer::yes);
  EXPECT_EQ(answer("{headers: {Upgrade: {one-of: [websocket, null]}}}"), Answer::yes);
}

TEST_F(MatcherTest, DeflateAnswersAreHeldAgainstTheOffer) {
  offer = "permessage-deflate; server_max_window_bits=10";
  response(
      "HTTP/1.1 101 x\r\nSec-WebSocket-Extensions: permessage-deflate; "
      "server_max_window_bits=12\r\n\r\n");
  EXPECT_EQ(answer("{deflate: accepted}"), Answer::yes);
  EXPECT_EQ(answer("{deflate: declined}"), Answer::no);
  EXPECT_EQ(answer("{deflate: legal}"), Answer::no);
  EXPECT_EQ(answer("{deflate: {server_max_window_bits: \"8-12\", client_max_window_bits: absent}}"),
            Answer::yes);
  EXPECT_EQ(answer("{deflate: {server_max_window_bits: 10}}"), Answer::no);
}

TEST_F(MatcherTest, AClientFailsWithoutASound) {
  EXPECT_EQ(answer("failed", Role::client), Answer::wait);
  channel.seen.end = EndOfStream::fin;
  EXPECT_EQ(answer("failed", Role::client), Answer::yes);
  channel.seen.octets_after_request = 6;
  EXPECT_EQ(answer("failed", Role::client), Answer::no);
}

// RFC 6455 §4.1: behind another status than 101 the connection is HTTP's.
class RefusedHandshakeTest : public testing::Test {
 protected:
  Outcome match() {
    Facts facts(channel, payloads, Role::client);
    facts.handshake = &handshake;
    return Matcher(facts).match(expectation("{not-connected: true}"));
  }
  RunContext context;
  Nobody nobody;
  PayloadMaker payloads{1, "a/case", false, 0};
  HandshakeFacts handshake;
  Channel channel{context, nobody, Role::client, "a/case"};
};

TEST_F(RefusedHandshakeTest, TheClientMayEndTheConnectionOrGoOnElsewhere) {
  EXPECT_EQ(match().answer, Answer::wait);
  channel.seen.went_on = true;
  EXPECT_EQ(match().answer, Answer::yes);
  channel.seen.went_on = false;
  channel.seen.end = EndOfStream::rst;
  EXPECT_EQ(match().answer, Answer::yes);
}

TEST_F(RefusedHandshakeTest, TheClientMayAskForMoreOnIt) {
  channel.events().on_octets("GET /other HTTP/1.1\r\nHost: a\r\n");
  EXPECT_EQ(match().answer, Answer::wait);
  channel.events().on_octets("\r\n");
  EXPECT_EQ(match().answer, Answer::yes);
}

TEST_F(RefusedHandshakeTest, AFrameIsNoRequest) {
  channel.events().on_octets("\x81\x82\x01\x02\x03\x04yz");
  EXPECT_THAT(match().why, HasSubstr("bytes that are no HTTP request"));
}

TEST_F(RefusedHandshakeTest, NorIsAnythingElse) {
  channel.events().on_octets("hello you\r\n\r\n");
  EXPECT_THAT(match().why, HasSubstr("no HTTP request"));
}

TEST_F(RefusedHandshakeTest, WhoOnlyWaitsTookItForAConnection) {
  channel.seen.timeout = true;
  EXPECT_THAT(match().why, HasSubstr("neither ended the connection nor asked"));
}

}  // namespace
}  // namespace conform
