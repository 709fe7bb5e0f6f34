// SPDX-License-Identifier: Apache-2.0
#include "run/engine/wait.hpp"

#include <algorithm>

namespace conform {

void Wait::begin(TimePoint now, Terms terms) {
  runs_ = true;
  terms_ = terms;
  began_ = now;
  longest_quiet_ = {};
}

Clock::duration Wait::quiet(const Look& look) const {
  return look.now - (terms_.patient ? std::max(look.moved, began_) : began_);
}

Wait::Found Wait::look(const Look& look) {
  const Clock::duration limit = terms_.limit;
  const auto quiet = this->quiet(look);
  longest_quiet_ = std::max(longest_quiet_, quiet);
  if (look.probe && quiet >= std::min<Clock::duration>(limit, *look.probe)) return {State::probed};
  auto left = limit - quiet;
  if (terms_.patient && quiet < limit * 10) {
    const Clock::duration still = look.now - look.others_moved;
    left = std::max(left, std::min<Clock::duration>(limit, terms_.grace) - still);
  }
  if (left <= Clock::duration{}) return {State::over};
  return {quiet >= limit ? State::stalled : State::waits, left};
}

Milliseconds Wait::longest_quiet() const {
  // What was waited for may have come right before the next look.
  const auto more = longest_quiet_ > Clock::duration{} ? kLookAgain : Milliseconds(0);
  return std::chrono::duration_cast<Milliseconds>(longest_quiet_) + more;
}

}  // namespace conform
