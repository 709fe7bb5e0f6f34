// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "case/case_file.hpp"
#include "matching.hpp"
#include "run/connection/close_duty.hpp"
#include "run/http/fetch_report.hpp"
#include "run/match/http_legal.hpp"
#include "run/match/vocabulary.hpp"
#include "run/match/words/last.hpp"
#include "wire/digest.hpp"

namespace conform {
namespace {

using testing::HasSubstr;

class ExchangeTest : public testing::Test {
 protected:
  ExchangeTest() { channel.http = true; }

  void came(const std::string& octets, bool head = false) {
    channel.responses().asked(head);
    channel.events().on_octets(octets);
  }
  Outcome match(const std::string& yaml, Role role = Role::server) {
    Facts facts(channel, payloads, role);
    facts.handshake = &handshake;
    facts.http = true;
    facts.last_step = last_step;
    facts.fetch = &fetch;
    return Matcher(facts).match(expectation(yaml));
  }
  Answer answer(const std::string& yaml, Role role = Role::server) {
    return match(yaml, role).answer;
  }

  RunContext context;
  Nobody nobody;
  Channel channel{context, nobody, Role::server, "test"};
  PayloadMaker payloads{1, "test", false, 0};
  HandshakeFacts handshake;
  FetchFacts fetch;
  bool last_step = false;
};

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

TEST_F(ExchangeTest, WaitsForAResponseAndLooksAtIt) {
  EXPECT_EQ(answer("{status: 200}"), Answer::wait);
  came(kOk);
  EXPECT_EQ(answer("{status: 200, body: hello}"), Answer::yes);
  EXPECT_EQ(answer("{status: 4xx}"), Answer::no);
  EXPECT_EQ(answer("{status: 200, body: other}"), Answer::no);
  EXPECT_EQ(answer("{status: 200, version: HTTP/1.0}"), Answer::no);
  EXPECT_EQ(answer("{headers: {Content-Length: {is: number, not: \"6\"}}}"), Answer::yes);
}

TEST_F(ExchangeTest, NothingMayFollowUnlessItIsTheFences) {
  last_step = true;
  came(kOk);
  EXPECT_EQ(answer("{status: 200}"), Answer::wait);
  channel.seen.http_fence_sent = true;
  came(kOk);
  channel.seen.end = EndOfStream::fin;
  EXPECT_EQ(answer("{status: 200}"), Answer::yes);
  EXPECT_EQ(answer("{status: 200, connection: kept}"), Answer::yes);
  EXPECT_THAT(match("{status: 200, connection: closed}").why,
              HasSubstr("still open and answering"));
  came(kOk);
  EXPECT_THAT(match("{status: 200}").why, HasSubstr("3 HTTP responses"));
}

TEST_F(ExchangeTest, AFenceAnsweredOtherwiseIsASmuggledOne) {
  last_step = true;
  channel.seen.http_fence_sent = true;
  came(kOk);
  came("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  channel.seen.end = EndOfStream::fin;
  EXPECT_THAT(match("{status: 200}").why, HasSubstr("the suite's last request"));
}

TEST_F(ExchangeTest, ResponsesInTheirOrder) {
  came(kOk);
  came("HTTP/1.1 204 No Content\r\n\r\n");
  channel.seen.end = EndOfStream::fin;
  EXPECT_EQ(answer("{responses: [{status: 200, body: hello}, {status: 204}]}"), Answer::yes);
  EXPECT_EQ(answer("{responses: [{status: 204}, {status: 200}]}"), Answer::no);
  EXPECT_EQ(answer("{responses: 1}"), Answer::no);
  EXPECT_EQ(answer("{refused: true}"), Answer::no);
}

TEST_F(ExchangeTest, InterimResponsesAreToldApart) {
  EXPECT_EQ(answer("{interim: 100}"), Answer::wait);
  came("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(answer("{interim: 100}"), Answer::yes);
  EXPECT_EQ(answer("{interim: none, status: 200}"), Answer::wait);
  channel.events().on_octets(kOk);
  EXPECT_EQ(answer("{interim: none, status: 200}"), Answer::yes);
  EXPECT_EQ(answer("{interim: never, status: 200}"), Answer::no);
}

TEST_F(ExchangeTest, InterimResponsesOfAnyKindMayComeButForA101) {
  came("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  EXPECT_EQ(answer("{interim: 100}"), Answer::wait);
  channel.events().on_octets("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(answer("{interim: 100, legal: true}"), Answer::yes);
  channel.seen.interim.clear();
  channel.events().on_octets("HTTP/1.1 102 Processing\r\n\r\n" + kOk);
  EXPECT_EQ(answer("{interim: none, status: 200}"), Answer::yes);
  channel.events().on_octets("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(match("{interim: none, status: 200}").why, HasSubstr("a second 100"));
  channel.events().on_octets("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  EXPECT_THAT(match("{interim: none, status: 200}").why, HasSubstr("101"));
  EXPECT_EQ(answer("{interim: 101}"), Answer::yes);
}

TEST_F(ExchangeTest, BytesBehindTheLastResponseAreSeen) {
  last_step = true;
  came(kOk);
  channel.events().on_octets("JUNK");
  channel.seen.end = EndOfStream::fin;
  EXPECT_THAT(match("{status: 200}").why, HasSubstr("4 bytes came behind the last response"));
  EXPECT_EQ(answer("{status: 200, rest: any}"), Answer::yes);
}

TEST_F(ExchangeTest, ContentIsThereOrNot) {
  came(kOk);
  EXPECT_EQ(answer("{status: 200, content: some}"), Answer::yes);
  EXPECT_THAT(match("{status: 200, content: none}").why, HasSubstr("has content: \"hello\""));
}

TEST_F(ExchangeTest, EmptyChunksAreNoContent) {
  came("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(answer("{status: 404, content: none}"), Answer::yes);
  EXPECT_THAT(match("{status: 404, content: some}").why, HasSubstr("has no content"));
}

TEST_F(ExchangeTest, ContentOfAHeadIsSeen) {
  last_step = true;
  came(kOk, true);
  channel.seen.end = EndOfStream::fin;
  EXPECT_THAT(match("{status: 200, body: \"\"}").why, HasSubstr("hello"));
}

TEST_F(ExchangeTest, WhatHoldsSaysWhatItTookAndWhetherTheCaseIsOver) {
  came("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
  Facts facts(channel, payloads, Role::server);
  facts.handshake = &handshake;
  facts.http = true;
  const auto held = [&](const std::string& expect, const std::string& lax = "") {
    Step step;
    step.expect = expectation(expect);
    if (!lax.empty()) step.tolerate = {expectation(lax)};
    return Matcher(facts).readings(step, "strict").front();
  };
  const auto over = held("{any: [{interim: 100}, {status: 4xx, last: true, fence: never}]}");
  EXPECT_EQ(over.takes, 1U);
  EXPECT_NE(find<Last>(over.expect), nullptr);
  EXPECT_EQ(find<Last>(held("{any: [{interim: 100}, {status: 4xx}]}").expect), nullptr);
  EXPECT_EQ(held("{any: [{interim: 103}, {interim: none}]}").takes, 0U);
  EXPECT_EQ(held("{interim: 100}", "{status: 4xx, fence: never}").takes, 1U);
  EXPECT_TRUE(held("{interim: 100}", "{status: 4xx, fence: never}").lenient);
}

TEST_F(ExchangeTest, ARefusalIsAnErrorOrSilence) {
  channel.seen.end = EndOfStream::fin;
  EXPECT_EQ(answer("{refused: true}"), Answer::yes);
  came("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(answer("{refused: true}"), Answer::yes);
}

TEST_F(ExchangeTest, AClientsReport) {
  EXPECT_EQ(answer("{report: error}", Role::client), Answer::wait);
  fetch.done = true;
  fetch.status = 200;
  fetch.length = 5;
  fetch.sha256 = wire::sha256_hex("hello");
  EXPECT_EQ(answer("{report: {status: 200, body: hello}, requests: 0}", Role::client), Answer::yes);
  EXPECT_EQ(answer("{report: {status: 200, body: other}}", Role::client), Answer::no);
  EXPECT_EQ(answer("{report: error}", Role::client), Answer::no);
  EXPECT_EQ(answer("{requests: 1}", Role::client), Answer::no);
  fetch.trouble = "it crashed: timeout";
  EXPECT_EQ(match("{report: error}", Role::client).why, "it crashed: timeout");
  EXPECT_FALSE(match("{report: error}", Role::client).reason().is_timeout());
}

TEST_F(ExchangeTest, WhereARequestCame) {
  EXPECT_EQ(answer("{connection: kept}", Role::client), Answer::wait);
  fetch.requests.emplace_back();
  fetch.kept = true;
  EXPECT_EQ(answer("{connection: kept}", Role::client), Answer::yes);
  EXPECT_THAT(match("{connection: new}", Role::client).why, HasSubstr("had carried one"));
  fetch.kept = false;
  EXPECT_THAT(match("{connection: kept}", Role::client).why, HasSubstr("a new connection"));
  EXPECT_EQ(answer("{connection: new}", Role::client), Answer::yes);
}

TEST_F(ExchangeTest, NoRequestCameOnAnyConnection) {
  fetch.done = true;
  EXPECT_THAT(match("{connection: new}", Role::client).why, HasSubstr("no request came"));
  fetch.done = false;
  channel.seen.timeout = true;
  EXPECT_THAT(match("{connection: kept}", Role::client).why, HasSubstr("timeout"));
}

TEST_F(ExchangeTest, TheClientEndsItsConnection) {
  EXPECT_EQ(answer("{connection: closed}", Role::client), Answer::wait);
  channel.seen.timeout = true;
  EXPECT_THAT(match("{connection: closed}", Role::client).why, HasSubstr("left the connection"));
  channel.seen.end = EndOfStream::fin;
  EXPECT_EQ(answer("{connection: closed}", Role::client), Answer::yes);
}

TEST_F(ExchangeTest, OpenConnectionsAreCounted) {
  fetch.open = 5;
  EXPECT_EQ(answer("{open: \"0-4\"}", Role::client), Answer::wait);
  channel.seen.timeout = true;
  EXPECT_THAT(match("{open: \"0-4\"}", Role::client).why, HasSubstr("5 connections"));
  EXPECT_EQ(answer("{open: 5}", Role::client), Answer::yes);
}

TEST_F(ExchangeTest, TheRequestOfTheExchangeBefore) {
  EXPECT_EQ(answer("{earlier: {method: GET}}", Role::client), Answer::yes);
  fetch.earlier.emplace();
  fetch.earlier->head.start_line = "HEAD / HTTP/1.1";
  EXPECT_THAT(match("{earlier: {method: GET}}", Role::client).why, HasSubstr("before"));
}

TEST_F(ExchangeTest, AStepHoldsStrictlyLaxlyOrNot) {
  Facts facts(channel, payloads, Role::client);
  facts.handshake = &handshake;
  facts.http = true;
  facts.fetch = &fetch;
  Step step;
  step.expect = expectation("{connection: kept}");
  step.tolerate = {expectation("{connection: new}")};
  EXPECT_EQ(Matcher(facts).match(step).answer, Answer::wait);
  fetch.requests.emplace_back();
  const StepOutcome lax = Matcher(facts).match(step);
  EXPECT_EQ(lax.answer, Answer::yes);
  EXPECT_TRUE(lax.lenient);
  step.tolerate.clear();
  EXPECT_EQ(Matcher(facts).match(step).answer, Answer::no);
  fetch.kept = true;
  EXPECT_FALSE(Matcher(facts).match(step).lenient);
}

TEST(FetchReport, IsALineOfJson) {
  FetchFacts facts;
  EXPECT_FALSE(take_report("connecting", facts));
  EXPECT_FALSE(take_report("{\"port\": 1}", facts));
  EXPECT_TRUE(take_report("{\"status\": 204, \"length\": 0, \"sha256\": \"e3\"}", facts));
  EXPECT_EQ(facts.status, 204);
  EXPECT_TRUE(facts.trouble.empty());
  EXPECT_TRUE(take_report("{\"status\": 204}", facts));
  EXPECT_THAT(facts.trouble, HasSubstr("lacks"));
  EXPECT_TRUE(take_report("{\"error\": \"\"}", facts));
  EXPECT_EQ(facts.error, "(without a word)");
}

wire::HttpHead request_head(const std::string& text) {
  std::size_t used = 0;
  return *wire::read_head(text + "\r\n\r\n", used);
}

TEST(CloseDuty, EndsBehindAWholeFinalResponse) {
  CloseDuty duty;
  const std::string close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n";
  EXPECT_FALSE(duty.ends_with(kOk));
  EXPECT_TRUE(duty.ends_with(close + "hello"));
  EXPECT_FALSE(duty.ends_with(close + "hell"));
  EXPECT_FALSE(duty.ends_with("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nup to the end"));
  duty.asked(request_head("GET / HTTP/1.1\r\nConnection: x-a, Close"));
  EXPECT_TRUE(duty.ends_with(kOk));
  EXPECT_FALSE(duty.ends_with("HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_FALSE(duty.ends_with("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
}

TEST(CloseDuty, KnowsWhatTheRequestWas) {
  CloseDuty duty;
  duty.asked(request_head("HEAD / HTTP/1.1\r\nConnection: close"));
  EXPECT_TRUE(duty.ends_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
  duty.asked(request_head("GET / HTTP/1.0"));
  EXPECT_TRUE(duty.ends_with(kOk));
  duty.asked(request_head("GET / HTTP/1.0\r\nConnection: keep-alive"));
  EXPECT_FALSE(duty.ends_with(kOk));
}

TEST(ResponseReader, KnowsThatAHeadHasNoContent) {
  wire::ResponseReader reader;
  reader.asked(true);
  reader.asked(false);
  reader.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + kOk);
  wire::HttpMessage message;
  ASSERT_TRUE(reader.next(message, false));
  ASSERT_TRUE(reader.next(message, false));
  EXPECT_EQ(message.body, "");
  ASSERT_TRUE(reader.next(message, false));
  EXPECT_EQ(message.body, "hello");
  EXPECT_TRUE(reader.empty());
}

TEST(RequestReader, ReadsHeadsThenContent) {
  wire::RequestReader reader;
  wire::HttpHead head;
  wire::HttpMessage request;
  bool more = false;
  reader.feed("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel");
  ASSERT_TRUE(reader.next_head(head, more));
  EXPECT_TRUE(more);
  EXPECT_FALSE(reader.next_head(head, more));
  EXPECT_FALSE(reader.next(request));
  reader.feed("loGET / HTTP/1.1\r\n");
  ASSERT_TRUE(reader.next(request));
  EXPECT_EQ(request.body, "hello");
  EXPECT_EQ(reader.pending(), "GET / HTTP/1.1\r\n");
}

Answer legal_response(const std::string& text, Legality how = Legality::legal) {
  std::size_t used = 0;
  const auto head = wire::read_head(text + "\r\n\r\n", used);
  return legal_http_response(*head, how).answer;
}

TEST(HttpLegal, Responses) {
  EXPECT_EQ(legal_response("HTTP/1.1 200 \r\nContent-Length: 0"), Answer::yes);
  for (const char* bad :
       {"HTTP/1.1 200", "HTTP/1.1 20 OK", "http/1.1 200 OK", "HTTP/1.1 200 OK\r\nA : b",
        "HTTP/1.1 200 OK\r\nA: b\r\n c", "HTTP/1.1 200 OK\r\nA: b\rc",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "HTTP/1.1 204 OK\r\nContent-Length: 0", "HTTP/1.1 200 OK\r\nAllow: GET,,HEAD",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked"}) {
    EXPECT_EQ(legal_response(bad), Answer::no) << bad;
  }
  EXPECT_EQ(legal_response("HTTP/1.1 200 OK\r\nA:b"), Answer::yes);
  EXPECT_EQ(legal_response("HTTP/1.1 200 OK\r\nA:b", Legality::tidy), Answer::no);
}

TEST(HttpLegal, Dates) {
  EXPECT_TRUE(has_form("Sun, 06 Nov 1994 08:49:37 GMT", HeaderForm::date));
  EXPECT_FALSE(has_form("Mon, 06 Nov 1994 08:49:37 GMT", HeaderForm::date));
  EXPECT_FALSE(has_form("Sunday, 06-Nov-94 08:49:37 GMT", HeaderForm::date));
  EXPECT_FALSE(has_form("Sun, 06 Nov 1994 08:49:37 GMT", HeaderForm::current_date));
}

}  // namespace
}  // namespace conform
