// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "run/engine/cursor.hpp"
#include "run/engine/decision.hpp"
#include "run/engine/end.hpp"
#include "run/engine/run_time.hpp"
#include "run/engine/wait.hpp"

namespace conform {

// Runs one case on its end: from the set-up through its steps to the verdict. Owns the time of the
// case; neither knows nor needs a socket.
class Engine {
 public:
  enum class Phase : std::uint8_t { setting_up, stepping, leaving };

  // `done` is told behind the events at hand; it may destroy all this.
  Engine(RunTime& time, Clockwork& clock, Result result, const Case& one, End& end,
         std::function<void()> done);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Something has happened. May be called from inside what it calls: it is taken in turn.
  void advance();
  // Goes through the steps once more, from the first.
  void restart();
  // Runs `what` behind the events at hand, if this still lives then.
  void later(std::function<void()> what);
  void finish(Verdict verdict, Reason why);
  // As good as it can be by now.
  void finish_well() { finish(decision_.good(), decision_.why_lax()); }

  Phase phase() const { return phase_; }
  Cursor& cursor() { return cursor_; }
  const Cursor& cursor() const { return cursor_; }
  Decision& decision() { return decision_; }
  const Decision& decision() const { return decision_; }
  Result& result() { return result_; }
  const Result& result() const { return result_; }
  // The step at hand; nullptr: none is, or none may be taken.
  const Step* step() const { return cursor_.has_step() ? &case_.steps[cursor_.at()] : nullptr; }

  // Waits at most so long from now on; an earlier wait ends.
  void await(Milliseconds span, Wait::Terms terms = {});
  // What was waited for came: the run learns how long that takes.
  void answered();
  // The wait of the step at hand is over.
  bool late() const { return late_; }
  // Somebody else has learnt from this wait already.
  void forget_wait() { kind_.clear(); }
  void look_soon() { look_after(Wait::kLookAgain); }
  // The whole case, whatever moves.
  void limit(Milliseconds span);
  // Tries again after so long.
  void look_again(Clock::duration after);
  // A wait step: true once its time is over.
  // An end that can tell when its connection has come to rest does `wait: still` itself; of the
  // others the case is skipped.
  bool waited(const Step& step, bool first);
  // Its program was started, and has not been heard of.
  void starting(bool on) { starting_.set(on); }

 private:
  void go_on();
  void run_steps();
  void enter(Phase phase);
  void look_after(Clock::duration left);
  void look();
  bool is_given_time(const Wait::Look& look);
  void settle_patience(std::string& why);

  RunTime& time_;
  Clockwork& clock_;
  const Case& case_;
  End& end_;
  std::function<void()> done_;
  Cursor cursor_;
  Decision decision_;
  Wait wait_;
  Counted starting_, stalled_;
  Phase phase_ = Phase::setting_up;
  bool fresh_ = true;  // the phase, or its step, has not been begun
  bool advancing_ = false, again_ = false, late_ = false, paused_ = false, spun_ = false;
  std::string kind_, probed_;  // of what is waited for; of what a probe has told
  TimePoint began_;
  TimerId deadline_{}, pause_{}, overall_{};
  Result result_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conform
