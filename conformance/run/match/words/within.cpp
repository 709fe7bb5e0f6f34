// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/within.hpp"

#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {

// A tight limit is for the implementation, not for the queue before it.
static constexpr Milliseconds kTight{2000};

Outcome Within::match(const Facts& facts, const Expect&) const {
  const auto limit = std::chrono::duration<double, std::milli>(span_) * facts.deadline_factor;
  const auto took = facts.now - facts.channel.last_send();
  if (took <= limit) return Outcome::yes();
  return Outcome::no(
      "it took " + std::to_string(std::chrono::duration_cast<Milliseconds>(took).count()) +
      " ms; at most " + std::to_string(std::chrono::duration_cast<Milliseconds>(limit).count()) +
      " ms are allowed");
}

Traits Within::traits() const {
  Traits out;
  out.alone = span_ <= kTight;
  return out;
}

static constexpr const char* kPage =
    "all this no later than that after the last send (upper limit, stretched by "
    "`--deadline-factor`)";

const ClauseWord kWithinWord = {.word = "within",
                                .rank = kAfterwards + 5,
                                .read = read_value<Within, kWithinWord, kSpan>,
                                .schema = SpanOfTime::schema,
                                .websocket = kPage};

}  // namespace conform
