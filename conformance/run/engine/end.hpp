// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "case/case.hpp"
#include "run/result/verdict.hpp"
#include "subject/clock.hpp"

namespace conform {

// One end of what a case tests: a connection that is dialled or accepted, a client's program, a
// library. It knows how a step is done, and asks the engine for all else. What is tried is tried
// again after each event; `first` is true once, to begin it. Each says whether it is through.
class End {
 public:
  virtual ~End() = default;
  virtual bool set_up(bool /*first*/) { return true; }
  virtual bool do_step(const Step& step, bool first) = 0;
  // After the last step: what shows that all is still well.
  virtual bool leave(bool first) = 0;
  // After each event between the set-up and the last check, also while no step may be taken.
  virtual void keep_going() {}
  // No step may be taken now: whoever holds the case is told.
  virtual void held() {}

  // Its peer still reads or computes: it may be at the answer.
  virtual bool at_work() { return false; }
  // The wait is over. True when it waits on, for it has begun another wait or something still
  // moves.
  virtual bool waits_on() { return false; }
  virtual void on_late() {}

  // What it waits for, by its kind: see Patience.
  virtual std::string awaits() const = 0;
  virtual TimePoint moved() const = 0;
  virtual std::string expected() const = 0;
  virtual std::string received() const = 0;
  // The verdict is made: adds what only the end knows, and lets go of all it holds.
  virtual void decided(Result& result) = 0;
};

}  // namespace conform
