// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "report/console.hpp"
#include "run/connection/encoder.hpp"
#include "run/result/known.hpp"

namespace conform {
namespace {

Result result_of(const std::string& id, Verdict verdict) {
  Result out;
  out.id = id;
  out.role = "server";
  out.verdict = verdict;
  return out;
}

TEST(Verdicts, HaveOneOrder) {
  EXPECT_TRUE(worse(Verdict::fail, Verdict::error));
  EXPECT_TRUE(worse(Verdict::error, Verdict::lenient));
  EXPECT_TRUE(worse(Verdict::lenient, Verdict::skip));
  // What was not measured is no pass.
  EXPECT_TRUE(worse(Verdict::skip, Verdict::pass));
  EXPECT_FALSE(worse(Verdict::pass, Verdict::pass));
  EXPECT_FALSE(worse(Verdict::skip, Verdict::fail));
  EXPECT_TRUE(worse("fail", "known"));
}

TEST(Known, AFailureBecomesKnownAndAPassStale) {
  Known known({{"a/b", "why not"}, {"c/**", "a family"}}, "2026-01-01");
  Result one = result_of("a/b", Verdict::fail);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::known);
  one = result_of("a/b", Verdict::pass);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::stale);
  one = result_of("c/d", Verdict::pass);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::pass);
  ASSERT_EQ(known.families().size(), 1U);
  EXPECT_EQ(known.families()[0].used, 0);
  one = result_of("c/e", Verdict::fail);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::known);
  EXPECT_EQ(known.families()[0].used, 1);
  EXPECT_EQ(one.known_entry, "c/**");
}

TEST(Known, MayNameOneRoleAndNoUnknownCase) {
  Known known({{"a/b@client", "only there"}}, "2026-01-01");
  Result one = result_of("a/b", Verdict::fail);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::fail);
  Problems problems;
  Case other;
  other.id = "x/y";
  known.check({other}, problems);
  EXPECT_EQ(problems.size(), 1U);
}

TEST(Known, ExcusesNothingBehindItsLastDay) {
  const std::vector<KnownEntry> entries = {{"a/b", "soon", "2026-01-31", false, "mine.yml", 3}};
  Known on_the_day(entries, "2026-01-31");
  Result one = result_of("a/b", Verdict::fail);
  on_the_day.apply(one);
  EXPECT_EQ(one.verdict, Verdict::known);
  EXPECT_TRUE(on_the_day.expired().empty());
  Known after(entries, "2026-02-01");
  one = result_of("a/b", Verdict::fail);
  after.apply(one);
  EXPECT_EQ(one.verdict, Verdict::fail);
  ASSERT_EQ(after.expired().size(), 1U);
  EXPECT_EQ(after.expired()[0].substr(0, 11), "mine.yml:3:");
}

TEST(Known, AFlakyOneMayPassAndFail) {
  Known known({{"a/b", "a race", "", true}}, "2026-01-01");
  Result one = result_of("a/b", Verdict::pass);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::pass);
  one = result_of("a/b", Verdict::fail);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::known);
}

TEST(Known, AGroupThatOnlyPassesIsIdle) {
  Known known({{"a/b", "all rows"}}, "2026-01-01");
  Result one = result_of("a/b/row", Verdict::pass);
  known.apply(one);
  EXPECT_EQ(one.verdict, Verdict::pass);
  ASSERT_EQ(known.families().size(), 1U);
  EXPECT_EQ(known.families()[0].used, 0);
}

int exit_of(std::initializer_list<Verdict> verdicts) {
  Console console({false, ""});
  for (const Verdict verdict : verdicts) console.add(result_of("a/b", verdict));
  return console.exit_code();
}

TEST(ExitCode, FollowsTheDesign) {
  EXPECT_EQ(exit_of({Verdict::pass, Verdict::lenient, Verdict::skip, Verdict::known}), 0);
  EXPECT_EQ(exit_of({Verdict::pass, Verdict::fail}), 1);
  EXPECT_EQ(exit_of({Verdict::pass, Verdict::stale}), 1);
  EXPECT_EQ(exit_of({Verdict::pass, Verdict::error}), 3);
  EXPECT_EQ(exit_of({Verdict::skip}), 2);
  EXPECT_EQ(exit_of({}), 2);
}

Item item(int opcode, const std::string& payload) {
  Item out;
  out.opcode = opcode;
  out.payload.octets = payload;
  return out;
}

class EncoderTest : public testing::Test {
 protected:
  wire::Octets send(const Item& one) {
    wire::Octets out;
    encoder.encode(one, 0, payloads, out);
    return out;
  }
  PayloadMaker payloads{1, "a", false, 0};
  Encoder encoder{true, 1, "a"};
};

TEST_F(EncoderTest, KeepsAccountOfLegalMessagesOnly) {
  Item first = item(1, "he");
  first.options.fin = false;
  send(first);
  EXPECT_TRUE(encoder.inside_message());
  send(item(9, "ping"));
  send(item(0, "llo"));
  ASSERT_EQ(encoder.awaited.size(), 1U);
  EXPECT_EQ(encoder.awaited[0].payload, "hello");
  EXPECT_EQ(encoder.pings.size(), 1U);
  Item unmasked = item(1, "bad");
  unmasked.options.mask = Masking::off;
  EXPECT_EQ(wire::to_hex(send(unmasked)), "81 03 62 61 64");
  send(item(1, "after"));
  EXPECT_EQ(encoder.awaited.size(), 1U);
}

TEST_F(EncoderTest, KnowsWhenAFrameIsNotWhole) {
  Item cut = item(1, "hello");
  cut.options.first = 4;
  EXPECT_EQ(send(cut).size(), 4U);
  EXPECT_TRUE(encoder.inside_frame());
  Encoder other(true, 1, "b");
  wire::Octets out;
  Item huge = item(2, "");
  huge.options.length = ~std::uint64_t{0};
  other.encode(huge, 0, payloads, out);
  EXPECT_TRUE(other.inside_frame());
}

TEST_F(EncoderTest, RawOctetsCountWhenTheyAreAFrame) {
  Item raw = item(1, "");
  raw.kind = ItemKind::raw;
  raw.payload.octets = std::string("\x81\x82\0\0\0\0hi", 8);
  send(raw);
  EXPECT_FALSE(encoder.inside_frame());
  ASSERT_EQ(encoder.awaited.size(), 1U);
  EXPECT_EQ(encoder.awaited[0].payload, "hi");
}

TEST_F(EncoderTest, FollowsAnExplicitPlan) {
  Item planned = item(1, "hello");
  PlanEntry take;
  take.take = 3;
  PlanEntry ping;
  ping.item.push_back(item(9, "x"));
  PlanEntry rest;
  rest.rest = true;
  planned.plan = {take, ping, rest};
  wire::FrameReader reader;
  reader.feed(send(planned));
  wire::FrameSeen seen;
  ASSERT_TRUE(reader.next(seen));
  EXPECT_EQ(seen.payload, "hel");
  EXPECT_FALSE(seen.fin);
  ASSERT_TRUE(reader.next(seen));
  EXPECT_EQ(seen.opcode, wire::kPing);
  ASSERT_TRUE(reader.next(seen));
  EXPECT_EQ(seen.payload, "lo");
  EXPECT_TRUE(seen.fin);
  EXPECT_EQ(encoder.awaited.size(), 1U);
}

TEST(Payloads, AreTheSameForTheSameSeed) {
  Payload random;
  random.kind = Payload::Kind::sized;
  random.fill = Fill::random;
  random.size.octets = 100;
  const PayloadMaker one(7, "a", false, 0);
  EXPECT_EQ(one.make(random), PayloadMaker(7, "a", false, 0).make(random));
  EXPECT_NE(one.make(random), PayloadMaker(8, "a", false, 0).make(random));
  EXPECT_NE(one.make(random), PayloadMaker(7, "b", false, 0).make(random));
  EXPECT_NE(one.make(random, 0), one.make(random, 1));
}

}  // namespace
}  // namespace conform
