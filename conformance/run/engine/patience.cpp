// SPDX-License-Identifier: Apache-2.0
#include "run/engine/patience.hpp"

#include <algorithm>

namespace conform {

// So many probes more, and nothing is left to hope for.
static constexpr int kProbes = 8;
static constexpr Patience::Milliseconds kLongestProbe{1000};
static constexpr Patience::Milliseconds kShortestProbe{200};
// A probe waits so many times longer than nearly all answers took, once there were enough of them.
static constexpr int kManyTimes = 10;
static constexpr std::uint64_t kEnoughAnswers = 30;

static std::size_t place_of(Patience::Milliseconds after, std::size_t places) {
  std::size_t place = 0;
  for (auto left = after.count(); left > 0 && place + 1 < places; left >>= 1) ++place;
  return place;
}

// The first word of a kind.
static std::string role_of(const std::string& kind) {
  return kind.substr(0, kind.find(' '));
}

void Patience::answered(const std::string& kind, Milliseconds after) {
  const std::lock_guard lock(mutex_);
  Kind& one = kinds_[kind];
  one.answered = true;
  // A probe may have told before the answers were known to take so long; those to come wait longer.
  if (after >= std::min(kLongestProbe, one.shortest)) one.distrusted = true;
  one.longest = std::max(one.longest, after);
  Answers& answers = answers_[role_of(kind)];
  ++answers.by_time[place_of(after, answers.by_time.size())];
  ++answers.all;
}

void Patience::waited_in_vain(const std::string& kind, bool spun) {
  const std::lock_guard lock(mutex_);
  Kind& one = kinds_[kind];
  ++one.in_vain;
  if (spun) ++one.spun;
}

bool Patience::spins(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const Kind* const one = find(kind);
  return one != nullptr && one->spun >= kInFull;
}

void Patience::probed(const std::string& kind) {
  const std::lock_guard lock(mutex_);
  Kind& one = kinds_[kind];
  ++one.probed;
  one.shortest = std::min(one.shortest, probe_of(kind));
}

void Patience::distrust(const std::string& kind) {
  const std::lock_guard lock(mutex_);
  kinds_[kind].distrusted = true;
}

const Patience::Kind* Patience::find(const std::string& kind) const {
  const auto found = kinds_.find(kind);
  return found == kinds_.end() ? nullptr : &found->second;
}

bool Patience::spent(const std::string& kind, int in_full) const {
  const std::lock_guard lock(mutex_);
  const Kind* const one = find(kind);
  return one != nullptr && one->in_vain >= in_full && !one->distrusted;
}

bool Patience::distrusted(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const Kind* const one = find(kind);
  return one != nullptr && one->distrusted;
}

bool Patience::hopeless(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const Kind* const one = find(kind);
  return one != nullptr && one->in_vain >= kInFull && one->probed >= kProbes && !one->answered &&
         !one->distrusted;
}

int Patience::in_vain(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const Kind* const one = find(kind);
  return one != nullptr ? one->in_vain : 0;
}

bool Patience::begin_sample(const std::string& kind, int most) {
  const std::lock_guard lock(mutex_);
  Samples& samples = samples_[kind];
  if (samples.begun >= most) return false;
  ++samples.begun;
  return true;
}

void Patience::end_sample(const std::string& kind) {
  const std::lock_guard lock(mutex_);
  ++samples_[kind].ended;
}

bool Patience::is_sampling(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = samples_.find(kind);
  return found != samples_.end() && found->second.begun > found->second.ended;
}

Patience::Milliseconds Patience::probe(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  return probe_of(kind);
}

// Longer than any answer of the kind itself took, too.
Patience::Milliseconds Patience::probe_of(const std::string& kind) const {
  const auto found = answers_.find(role_of(kind));
  if (found == answers_.end()) return kLongestProbe;
  const Kind* const one = find(kind);
  const Milliseconds own = one != nullptr ? one->longest * 2 : Milliseconds(0);
  return std::min(kLongestProbe, std::max(own, found->second.probe()));
}

// Of a hundred answers, one may take longer than what counts.
Patience::Milliseconds Patience::Answers::probe() const {
  if (all < kEnoughAnswers) return kLongestProbe;
  std::uint64_t longer = 0;
  std::size_t place = by_time.size();
  while (place > 0 && (longer + by_time[place - 1]) * 100 <= all) longer += by_time[--place];
  const Milliseconds usual(std::int64_t{1} << (place == 0 ? 0 : place - 1));
  return std::clamp(usual * kManyTimes, kShortestProbe, kLongestProbe);
}

}  // namespace conform
