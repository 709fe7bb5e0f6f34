// SPDX-License-Identifier: Apache-2.0
// The steps of a library case that count: what its process has more of, how often it has tried to
// bind.
#include <algorithm>

#include "run/library/library_case.hpp"

namespace conform {

static constexpr Milliseconds kBindLimit{10000};

// Once a round; what is held against the first round has to be back within 5 s of the last.
bool LibraryCase::do_measure(const Step& step, bool first) {
  const MeasureExpect& most = step.library.measure;
  const Usage now = driver_.process().usage();
  if (first && !is_last_round()) {
    if (round_ == 1) base_ = now;
    return true;
  }
  // What is measured runs alone: one that waits in full is enough.
  if (first) engine_.await(Milliseconds(5000), {.patient = false, .in_full = 1});
  std::string more;
  if (most.descriptors && now.descriptors > base_.descriptors + *most.descriptors)
    more = std::to_string(now.descriptors - base_.descriptors) + " descriptors";
  if (most.threads && now.threads > base_.threads + *most.threads)
    more = std::to_string(now.threads - base_.threads) + " threads";
  if (most.memory && now.resident > base_.resident + *most.memory)
    more = std::to_string((now.resident - base_.resident) >> 10U) + " KiB";
  if (more.empty()) return true;
  if (engine_.late()) {
    return fail(Reason::timeout("after " + std::to_string(round_) + " rounds the process has " +
                                more + " more than after the first"));
  }
  engine_.look_again(Milliseconds(50));
  return false;
}

// The usual pause of the later half against the shortest of all: a pause that stays the same and a
// busy machine do not make a half more of it, a back-off does after two or three attempts.
static bool pauses_grow(const std::vector<TimePoint>& attempts) {
  std::vector<Clock::duration> pauses;
  for (std::size_t i = 1; i < attempts.size(); ++i) pauses.push_back(attempts[i] - attempts[i - 1]);
  if (pauses.size() < 2) return false;
  const auto shortest = *std::min_element(pauses.begin(), pauses.end());
  pauses.erase(pauses.begin(), pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2));
  std::sort(pauses.begin(), pauses.end());
  return pauses[pauses.size() / 2] > shortest * 3 / 2;
}

bool LibraryCase::do_binds(const Step& step, bool first) {
  const BindsExpect& expect = step.library.binds;
  if (first) await(std::max(kBindLimit, case_.deadline));
  const std::vector<TimePoint> attempts = watch_->binds();
  const int binds = static_cast<int>(attempts.size());
  const std::string came = "the library has tried to bind " + std::to_string(binds) + " times";
  if (expect.most && binds > *expect.most) {
    return fail(came + ", more than " + std::to_string(*expect.most));
  }
  if (binds >= expect.least) {
    if (!expect.growing || pauses_grow(attempts)) return true;
    return fail(came + ", with pauses that do not grow");
  }
  // The call that was to try is over, or nothing more came.
  const auto call = calls_.find(last_call_);
  const bool over = call != calls_.end() && call->second.answers;
  if (over || engine_.late()) {
    const std::string why = came + ", not " + std::to_string(expect.least);
    fail(over ? Reason(why + " before its answer") : Reason::timeout(why));
  }
  return false;
}

}  // namespace conform
