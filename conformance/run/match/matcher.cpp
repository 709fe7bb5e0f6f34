// SPDX-License-Identifier: Apache-2.0
#include "run/match/matcher.hpp"

#include <optional>

#include "run/match/responses.hpp"
#include "run/match/unexpected.hpp"

namespace conform {

Outcome Matcher::match(const Expect& expect) const {
  if (expect.any.empty()) return match_one(expect);
  std::optional<Outcome> best;
  for (const Expect& alternative : expect.any) {
    Outcome one = match(merged(expect, alternative));
    if (!best || static_cast<int>(one.answer) > static_cast<int>(best->answer))
      best = std::move(one);
  }
  return *best;
}

StepOutcome Matcher::match(const Step& step) const {
  const Outcome main = match(step.expect);
  if (main.answer == Answer::yes) return {};
  bool waiting = main.answer == Answer::wait;
  for (const Expect& lax : step.tolerate) {
    const Outcome one = match(lax);
    waiting = waiting || one.answer == Answer::wait;
    // Only when the strict reading is out may the lax one decide.
    if (one.answer == Answer::yes && main.answer == Answer::no)
      return {Answer::yes, true, main.reason()};
  }
  return {waiting ? Answer::wait : Answer::no, false, main.reason()};
}

// First what holds for all, then each clause; those that look back only where the rest holds.
Outcome Matcher::match_one(const Expect& expect) const {
  Outcome sum;
  if (!facts_.http) {
    combine(sum, not_forbidden(facts_, expect));
    combine(sum, no_message_too_many(facts_, expect));
  }
  for (const ClausePtr& clause : expect.clauses) {
    if (clause->rank() < kAfterwards) combine(sum, clause->match(facts_, expect));
  }
  if (facts_.http_server() && sum.answer == Answer::yes) sum = nothing_further(facts_, expect);
  for (const ClausePtr& clause : expect.clauses) {
    if (sum.answer == Answer::yes && clause->rank() >= kAfterwards)
      sum = clause->match(facts_, expect);
  }
  return sum;
}

bool Matcher::arrived(const Expect& expect) const {
  Outcome sum = no_message_too_many(facts_, expect);
  for (const ClausePtr& clause : expect.clauses) {
    const Traits traits = clause->traits();
    if (traits.owed || traits.takes_messages) combine(sum, clause->match(facts_, expect));
  }
  return sum.answer == Answer::yes;
}

void Matcher::holding(const Expect& expect, const HeldReading& as,
                      std::deque<HeldReading>& out) const {
  if (expect.any.empty()) {
    if (match_one(expect).answer == Answer::yes)
      out.push_back({expect, responses_taken(facts_, expect), as.lenient, as.why});
    return;
  }
  for (const Expect& alternative : expect.any) holding(merged(expect, alternative), as, out);
}

std::deque<HeldReading> Matcher::readings(const Step& step, const Reason& strict) const {
  std::deque<HeldReading> out;
  holding(step.expect, {}, out);
  HeldReading lenient;
  lenient.lenient = true;
  lenient.why = strict;
  for (const Expect& lax : step.tolerate) holding(lax, lenient, out);
  return out;
}

}  // namespace conform
