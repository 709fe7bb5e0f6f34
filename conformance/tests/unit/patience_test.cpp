// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <list>

#include "run/engine/probed_cases.hpp"

namespace conform {
namespace {

using Ms = Patience::Milliseconds;
constexpr const char* kKind = "server a close";

void wait_in_vain(Patience& patience, int times) {
  for (int i = 0; i < times; ++i) patience.waited_in_vain(kKind);
}

TEST(Patience, IsSpentByThreeFullWaitsOfTheSameKind) {
  Patience patience;
  wait_in_vain(patience, 2);
  EXPECT_FALSE(patience.spent(kKind));
  wait_in_vain(patience, 1);
  EXPECT_TRUE(patience.spent(kKind));
  EXPECT_EQ(patience.in_vain(kKind), 3);
  EXPECT_FALSE(patience.spent("server an echo"));
  EXPECT_FALSE(patience.spent("client a close"));
}

TEST(Patience, IsNeverSpentOnceAnAnswerCameThatAProbeWouldHaveMissed) {
  Patience patience;
  wait_in_vain(patience, 3);
  patience.answered(kKind, Ms(999));
  EXPECT_TRUE(patience.spent(kKind));
  patience.answered(kKind, Ms(1000));
  EXPECT_FALSE(patience.spent(kKind));
  EXPECT_TRUE(patience.distrusted(kKind));
  wait_in_vain(patience, 9);
  EXPECT_FALSE(patience.spent(kKind));
}

TEST(Patience, ProbesForASecondUntilTheAnswersHaveShownToBeQuick) {
  Patience patience;
  for (int i = 0; i < 29; ++i) patience.answered("server an echo", Ms(0));
  EXPECT_EQ(patience.probe(kKind), Ms(1000));
  patience.answered("server an echo", Ms(0));
  EXPECT_EQ(patience.probe(kKind), Ms(200));
  EXPECT_EQ(patience.probe("client a close"), Ms(1000)) << "each role has its own answers";
}

TEST(Patience, ProbesTenTimesAsLongAsNearlyAllAnswersTake) {
  Patience patience;
  for (int i = 0; i < 98; ++i) patience.answered("server an echo", Ms(1));
  for (int i = 0; i < 2; ++i) patience.answered("server an echo", Ms(60));
  EXPECT_EQ(patience.probe(kKind), Ms(640));
  for (int i = 0; i < 100; ++i) patience.answered("server an echo", Ms(300));
  EXPECT_EQ(patience.probe(kKind), Ms(1000)) << "never longer than a second";
}

void answer(Patience& patience, const std::string& kind, int times, Ms after) {
  for (int i = 0; i < times; ++i) patience.answered(kind, after);
}

TEST(Patience, ProbesLongerThanAnyAnswerOfTheKindTook) {
  Patience patience;
  answer(patience, kKind, 1, Ms(300));
  answer(patience, "server an echo", 1000, Ms(0));
  EXPECT_EQ(patience.probe("server an end"), Ms(200));
  EXPECT_EQ(patience.probe(kKind), Ms(600));
}

TEST(Patience, DistrustsAProbeThatWasShorterThanALaterAnswer) {
  Patience patience;
  answer(patience, "server an echo", 100, Ms(0));
  wait_in_vain(patience, 3);
  patience.probed(kKind);
  answer(patience, "server an echo", 10, Ms(300));
  EXPECT_EQ(patience.probe(kKind), Ms(1000));
  EXPECT_FALSE(patience.distrusted(kKind));
  patience.answered(kKind, Ms(400));
  EXPECT_TRUE(patience.distrusted(kKind))
      << "the one that 200 ms have told might have come so late";
}

TEST(Patience, GivesTheLanesThatShareAKindSoManySamplesInAll) {
  Patience patience;
  EXPECT_FALSE(patience.is_sampling(kKind));
  EXPECT_TRUE(patience.begin_sample(kKind, 2));
  EXPECT_TRUE(patience.begin_sample(kKind, 2));
  EXPECT_FALSE(patience.begin_sample(kKind, 2));
  patience.end_sample(kKind);
  EXPECT_TRUE(patience.is_sampling(kKind));
  patience.end_sample(kKind);
  EXPECT_FALSE(patience.is_sampling(kKind));
}

TEST(Patience, LosesHopeOnlyWhereNoCaseEverGotItsAnswer) {
  Patience patience;
  wait_in_vain(patience, 3);
  for (int i = 0; i < 7; ++i) patience.probed(kKind);
  EXPECT_FALSE(patience.hopeless(kKind));
  patience.probed(kKind);
  EXPECT_TRUE(patience.hopeless(kKind));
  patience.answered(kKind, Ms(0));
  EXPECT_FALSE(patience.hopeless(kKind));
}

class Probed : public ::testing::Test {
 protected:
  Probed() : probed_(time_, 2) {}

  const Case& told(const std::string& id, Verdict verdict = Verdict::fail) {
    Case& one = cases_.emplace_back();
    one.id = id;
    Result result = result_of(one, verdict);
    result.probed = kKind;
    EXPECT_TRUE(probed_.take(one, result));
    return one;
  }
  static Result result_of(const Case& one, Verdict verdict) {
    Result out;
    out.id = one.id;
    out.verdict = verdict;
    out.timed_out = verdict == Verdict::fail;
    return out;
  }
  // What is run again ends so when it is waited for in full.
  void end(const std::vector<const Case*>& cases, Verdict verdict) {
    for (const Case* one : cases) {
      Result result = result_of(*one, verdict);
      EXPECT_TRUE(time_.in_full.contains(one->id));
      EXPECT_FALSE(probed_.take(*one, result)) << "it counts";
    }
  }

  RunTime time_;
  ProbedCases probed_;
  std::list<Case> cases_;
};

TEST_F(Probed, WhatWasWaitedForInFullCountsAsItIs) {
  const Case one;
  Result result = result_of(one, Verdict::fail);
  EXPECT_FALSE(probed_.take(one, result));
  EXPECT_TRUE(probed_.again().empty());
  EXPECT_TRUE(probed_.left().empty());
}

TEST_F(Probed, SomeAreWaitedForInFullAndTheRestIsToldWhenTheyFailToo) {
  for (const char* id : {"a", "b", "c", "d", "e"}) told(id);
  const auto sample = probed_.again();
  EXPECT_EQ(sample.size(), 2U);
  end(sample, Verdict::fail);
  EXPECT_TRUE(probed_.again().empty());
  EXPECT_EQ(probed_.left().size(), 3U);
}

TEST_F(Probed, AllAreWaitedForInFullWhenOneOfTheSampleGetsItsAnswer) {
  for (const char* id : {"a", "b", "c", "d", "e"}) told(id);
  const auto sample = probed_.again();
  end({sample[0]}, Verdict::fail);
  end({sample[1]}, Verdict::pass);
  const auto rest = probed_.again();
  EXPECT_EQ(rest.size(), 3U);
  end(rest, Verdict::pass);
  EXPECT_TRUE(probed_.again().empty());
  EXPECT_TRUE(probed_.left().empty());
}

TEST_F(Probed, OneThatIsAloneIsSampleEnough) {
  for (const char* id : {"a", "b", "c", "d"}) told(id);
  for (Case& one : cases_) one.alone = true;
  EXPECT_EQ(probed_.again().size(), 1U);
}

TEST_F(Probed, ALaneWaitsForWhatAnotherLaneRunsAgain) {
  ProbedCases first(time_, 1, "lane"), second(time_, 1, "lane");
  for (ProbedCases* lane : {&first, &second}) {
    Case& one = cases_.emplace_back();
    Result result = result_of(one, Verdict::fail);
    result.probed = kKind;
    EXPECT_TRUE(lane->take(one, result));
  }
  const auto sample = first.again();
  EXPECT_EQ(sample.size(), 1U);
  EXPECT_TRUE(second.again().empty());
  EXPECT_TRUE(second.waits());
  Result passed = result_of(*sample[0], Verdict::pass);
  EXPECT_FALSE(first.take(*sample[0], passed));
  EXPECT_TRUE(first.again().empty());
  EXPECT_EQ(second.again().size(), 1U) << "it got its answer, so that all are waited for in full";
}

TEST_F(Probed, AProbeCannotPassACase) {
  const Case& passed = told("a", Verdict::pass);
  told("b");
  told("c");
  told("d");
  const auto again = probed_.again();
  EXPECT_EQ(again.size(), 3U);
  EXPECT_TRUE(std::find(again.begin(), again.end(), &passed) != again.end());
}

}  // namespace
}  // namespace conform
