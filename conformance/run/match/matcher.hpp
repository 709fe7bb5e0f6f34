// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string>

#include "run/match/expectation.hpp"
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"

namespace conform {

// An alternative of a step that holds; with `any` taken apart, and its common clauses filled in.
struct HeldReading {
  Expect expect;
  std::size_t takes = 0;  // responses of setup http
  bool lenient = false;
  Reason why;  // lenient: what the strict reading says
};

// What a whole step comes to: its expect or, where that is out, one thing it tolerates.
struct StepOutcome {
  Answer answer = Answer::yes;
  bool lenient = false;
  Reason why;  // of a no, or of what was lax
};

// Holds expectations against what was seen so far. Pure: no clock but the one of the facts, no I/O.
class Matcher {
 public:
  // `facts` outlives it.
  explicit Matcher(const Facts& facts) : facts_(facts) {}

  // The first alternative that holds; `any` of the expectation taken apart.
  Outcome match(const Expect& expect) const;
  StepOutcome match(const Step& step) const;
  // All readings of a step that hold, in the order of the case: what it expects, then what it
  // tolerates because of `strict`.
  std::deque<HeldReading> readings(const Step& step, const Reason& strict) const;
  // Whether all messages and pongs that this expectation awaits are there.
  bool arrived(const Expect& expect) const;

 private:
  void holding(const Expect& expect, const HeldReading& as, std::deque<HeldReading>& out) const;
  Outcome match_one(const Expect& expect) const;

  const Facts& facts_;
};

}  // namespace conform
