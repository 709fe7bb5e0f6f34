// SPDX-License-Identifier: Apache-2.0
// The life of a case, told by ends that are scripts and a clock that is moved by hand.
#include "run/engine/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "run/engine/timeline.hpp"

namespace conform {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class ManualClock : public Clockwork {
 public:
  TimePoint now() const override { return now_; }
  TimerId at(TimePoint when, std::function<void()> what) override {
    const TimerId id{when, next_++};
    timers_[id] = std::move(what);
    return id;
  }
  void cancel(const TimerId& id) override { timers_.erase(id); }
  void post(std::function<void()> what) override { posted_.push_back(std::move(what)); }
  void run_posted() {
    while (!posted_.empty()) {
      const auto what = std::move(posted_.front());
      posted_.erase(posted_.begin());
      what();
    }
  }
  void pass(milliseconds span) {
    const TimePoint last = now_ + span;
    run_posted();
    while (!timers_.empty() && timers_.begin()->first.first <= last) {
      const auto first = timers_.begin();
      now_ = std::max(now_, first->first.first);
      const auto what = std::move(first->second);
      timers_.erase(first);
      what();
      run_posted();
    }
    now_ = last;
  }

 private:
  TimePoint now_{std::chrono::hours(1)};
  std::uint64_t next_ = 0;
  std::map<TimerId, std::function<void()>> timers_;
  std::vector<std::function<void()>> posted_;
};

// Does its steps as the test says: an expect step is through once `answers` has come.
class Script : public End {
 public:
  Engine* engine = nullptr;
  ManualClock* clock = nullptr;
  int answers = 0, held_calls = 0;
  bool ready = true, well = true, busy = false, lax = false, works = false;
  TimePoint last{};
  std::vector<std::string> log;

  bool set_up(bool first) override {
    if (first) engine->await(milliseconds(1000));
    if (engine->late()) engine->finish(Verdict::fail, Reason::timeout("no set-up"));
    return ready;
  }
  bool do_step(const Step& step, bool first) override {
    if (step.kind == Step::Kind::wait) return engine->waited(step, first);
    if (step.kind == Step::Kind::send) return log.emplace_back("sent"), true;
    if (first) engine->await(milliseconds(2000));
    if (engine->late()) engine->finish(Verdict::fail, Reason::timeout("no answer"));
    if (answers == 0) return false;
    --answers;
    if (lax) engine->decision().relax(Reason("lax"), "strict");
    return true;
  }
  bool leave(bool first) override {
    if (first) log.emplace_back("left");
    return well;
  }
  void held() override { ++held_calls; }
  bool at_work() override { return works; }
  bool waits_on() override {
    if (busy) engine->look_soon();
    return busy;
  }
  std::string awaits() const override { return "script answer"; }
  TimePoint moved() const override { return last; }
  std::string expected() const override { return "an answer"; }
  std::string received() const override { return log.empty() ? "" : log.back(); }
  void decided(Result& result) override { result.log = "decided"; }
};

class EngineTest : public testing::Test {
 protected:
  void begin(const std::vector<Step::Kind>& kinds) {
    for (const Step::Kind kind : kinds) {
      one.steps.emplace_back();
      one.steps.back().kind = kind;
      one.steps.back().wait = milliseconds(200);
    }
    engine = std::make_unique<Engine>(time, clock, Result(), one, end, [this] { ++done; });
    end.engine = engine.get();
    end.clock = &clock;
    time.last_progress = clock.now();
  }
  void answer() {
    ++end.answers;
    engine->advance();
  }
  const Result& result() { return engine->result(); }
  bool decided() { return engine->decision().made(); }
  void wait_in_vain(int times, bool spun = false) {
    for (int i = 0; i < times; ++i) time.patience->waited_in_vain("script answer", spun);
  }

  RunTime time;
  ManualClock clock;
  Case one;
  Script end;
  std::unique_ptr<Engine> engine;
  int done = 0;
};

TEST_F(EngineTest, StepsAreDoneInOrderAndTheOwnerIsToldBehindThem) {
  begin({Step::Kind::send, Step::Kind::expect});
  engine->advance();
  EXPECT_FALSE(decided());
  answer();
  EXPECT_EQ(result().verdict, Verdict::pass);
  EXPECT_EQ(end.log, (std::vector<std::string>{"sent", "left"}));
  EXPECT_EQ(done, 0);
  clock.run_posted();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(result().log, "decided");
}

TEST_F(EngineTest, AVerdictIsMadeOnce) {
  begin({Step::Kind::expect});
  engine->advance();
  engine->finish(Verdict::fail, "first");
  engine->finish(Verdict::pass, {});
  answer();
  clock.run_posted();
  EXPECT_EQ(result().verdict, Verdict::fail);
  EXPECT_EQ(result().why, "first");
  EXPECT_EQ(result().expected, "an answer");
  EXPECT_EQ(done, 1);
}

TEST_F(EngineTest, WhatComesInTimeIsNoTimeout) {
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(1990));
  answer();
  clock.pass(milliseconds(5000));
  EXPECT_EQ(result().verdict, Verdict::pass);
}

TEST_F(EngineTest, ADeadlineIsAFailure) {
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(1900));
  EXPECT_FALSE(decided());
  clock.pass(milliseconds(200));
  EXPECT_EQ(result().verdict, Verdict::fail);
  EXPECT_TRUE(result().timed_out);
  EXPECT_THAT(result().why, HasSubstr("no answer: timeout"));
  EXPECT_EQ(time.patience->in_vain("script answer"), 1);
}

TEST_F(EngineTest, OnlyStillnessCounts) {
  begin({Step::Kind::expect});
  engine->advance();
  for (int i = 0; i < 20; ++i) {
    clock.pass(milliseconds(300));
    end.last = clock.now();
  }
  EXPECT_FALSE(decided());
  clock.pass(milliseconds(2100));
  EXPECT_TRUE(decided());
}

TEST_F(EngineTest, WhileOthersMoveItIsStalledAndTenTimesTheLimitIsTheEnd) {
  begin({Step::Kind::expect});
  engine->advance();
  for (int i = 0; i < 195; ++i) {
    clock.pass(milliseconds(100));
    time.last_progress = clock.now();
  }
  EXPECT_FALSE(decided());
  EXPECT_EQ(time.stalled, 1);
  for (int i = 0; i < 6; ++i) {
    clock.pass(milliseconds(100));
    time.last_progress = clock.now();
  }
  EXPECT_TRUE(decided());
  EXPECT_EQ(time.stalled, 0);
}

TEST_F(EngineTest, AProbeTellsWhereEnoughHaveWaitedInVain) {
  wait_in_vain(3);
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(1050));
  EXPECT_EQ(result().verdict, Verdict::fail);
  EXPECT_EQ(result().probed, "script answer");
  EXPECT_THAT(result().why, HasSubstr("of a probe, as 3 others"));
  EXPECT_EQ(time.patience->in_vain("script answer"), 3);
}

TEST_F(EngineTest, AProbeOfAPeerAtWorkWaitsLonger) {
  wait_in_vain(3);
  end.works = true;
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(1900));
  EXPECT_FALSE(decided());
  end.works = false;
  clock.pass(milliseconds(50));
  EXPECT_EQ(result().probed, "script answer");
}

// Three that computed to the end while nothing moved: what a fourth computes is no answer either.
TEST_F(EngineTest, AProbeOfAPeerThatSpinsWaitsNoLonger) {
  wait_in_vain(3, true);
  end.works = true;
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(1050));
  EXPECT_EQ(result().probed, "script answer");
}

TEST_F(EngineTest, APeerAtWorkSpinsOnlyWhereNothingMoves) {
  wait_in_vain(3, true);
  end.works = true;
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(500));
  time.last_progress = clock.now();
  clock.pass(milliseconds(600));
  EXPECT_FALSE(decided()) << "elsewhere it has answered";
}

TEST_F(EngineTest, WhatSpunIsLearnt) {
  for (int i = 0; i < 3; ++i) {
    begin({Step::Kind::expect});
    end.works = true;
    engine->advance();
    clock.pass(milliseconds(10100));
    EXPECT_TRUE(decided());
    EXPECT_EQ(time.patience->spins("script answer"), i == 2);
  }
}

TEST_F(EngineTest, WhatIsToBeWaitedForInFullIsNotProbed) {
  wait_in_vain(3);
  one.id = "x";
  time.in_full.insert("x");
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(1500));
  EXPECT_FALSE(decided());
}

TEST_F(EngineTest, AnEndThatCannotTellRestSkipsACaseThatWaitsForIt) {
  begin({Step::Kind::wait, Step::Kind::send});
  one.steps.front().until_still = true;
  engine->advance();
  EXPECT_EQ(result().verdict, Verdict::skip);
  EXPECT_THAT(result().why, HasSubstr("wait: still"));
}

TEST_F(EngineTest, AnEndMayWaitOnThoughItIsOverdue) {
  end.busy = true;
  begin({Step::Kind::expect});
  engine->advance();
  clock.pass(milliseconds(6000));
  EXPECT_FALSE(decided());
  end.busy = false;
  clock.pass(milliseconds(100));
  EXPECT_TRUE(decided());
}

TEST_F(EngineTest, APeerAtWorkIsGivenFiveTimesTheLimit) {
  begin({Step::Kind::expect});
  end.works = true;
  engine->advance();
  clock.pass(milliseconds(9900));
  EXPECT_FALSE(decided());
  clock.pass(milliseconds(200));
  EXPECT_EQ(result().verdict, Verdict::fail);
}

TEST_F(EngineTest, AWaitStepTakesItsTimeWhateverComes) {
  begin({Step::Kind::wait, Step::Kind::send});
  engine->advance();
  clock.pass(milliseconds(150));
  engine->advance();
  EXPECT_TRUE(end.log.empty());
  clock.pass(milliseconds(60));
  EXPECT_EQ(result().verdict, Verdict::pass);
}

TEST_F(EngineTest, TheFirstThatIsLaxIsTold) {
  end.lax = true;
  begin({Step::Kind::expect, Step::Kind::expect});
  end.answers = 2;
  engine->advance();
  EXPECT_EQ(result().verdict, Verdict::lenient);
  EXPECT_EQ(result().why, "lax");
  EXPECT_EQ(result().expected, "strict");
}

TEST_F(EngineTest, OneThatIsHeldTakesAStepAtATime) {
  begin({Step::Kind::send, Step::Kind::send});
  engine->cursor().hold();
  engine->advance();
  EXPECT_TRUE(end.log.empty());
  EXPECT_EQ(end.held_calls, 1);
  engine->cursor().allow_one();
  engine->advance();
  EXPECT_EQ(end.log.size(), 1U);
  EXPECT_FALSE(decided());
  engine->cursor().let_go();
  engine->advance();
  EXPECT_TRUE(decided()) << "no further step comes";
}

TEST_F(EngineTest, ASetUpThatDoesNotComeIsAFailure) {
  end.ready = false;
  begin({Step::Kind::send});
  engine->advance();
  clock.pass(milliseconds(4000));
  EXPECT_THAT(result().why, HasSubstr("no set-up"));
}

TEST_F(EngineTest, TheWholeCaseHasALimitWhateverMoves) {
  begin({Step::Kind::expect});
  engine->limit(milliseconds(700));
  engine->advance();
  clock.pass(milliseconds(701));
  EXPECT_TRUE(result().timed_out);
  EXPECT_THAT(result().why, HasSubstr("did not come to its end"));
}

TEST_F(EngineTest, WhatIsPostedIsNotRunForOneThatIsGone) {
  bool ran = false;
  begin({Step::Kind::expect});
  engine->later([&] { ran = true; });
  engine.reset();
  clock.pass(milliseconds(10));
  EXPECT_FALSE(ran);
}

TEST(TimelineTest, SaysHowManyMoreThereWere) {
  Timeline line(2);
  EXPECT_EQ(line.text(), "");
  for (const char* what : {"a", "b", "c", "d"}) line.add(what);
  EXPECT_EQ(line.text(), "a, then b, and 2 more");
  line.clear();
  line.add("e");
  EXPECT_EQ(line.text(), "e");
}

TEST(CursorTest, SkipsAndBeginsAgain) {
  Cursor cursor(3);
  EXPECT_FALSE(cursor.is_over());
  cursor.next();
  cursor.next();
  EXPECT_TRUE(cursor.is_last());
  cursor.skip_rest();
  EXPECT_TRUE(cursor.is_over());
  EXPECT_TRUE(cursor.past_steps());
  cursor.restart();
  EXPECT_EQ(cursor.at(), 0U);
  EXPECT_TRUE(cursor.has_step());
}

}  // namespace
}  // namespace conform
