// SPDX-License-Identifier: Apache-2.0
#include "run/engine/growth.hpp"

#include <algorithm>

namespace conform {

static constexpr std::size_t kFewest = 3;
static constexpr std::size_t kMost = 5;
// What an implementation may keep for a while, whatever the load: collectors let garbage come to
// some tens of megabytes before they look, and what they count is half of what it takes.
static constexpr std::uint64_t kPlateau = std::uint64_t{96} << 20U;

void Growth::add(std::uint64_t items, std::uint64_t bytes) {
  rounds_.push_back({items, bytes});
  next_factor_ *= 3;
}

// Above the round before.
std::uint64_t Growth::grown(std::size_t round) const {
  const std::uint64_t before = rounds_[round - 1].bytes;
  return rounds_[round].bytes > before ? rounds_[round].bytes - before : 0;
}

bool Growth::grew(std::size_t round, std::uint64_t per) const {
  return grown(round) > per * (rounds_[round].items - rounds_[round - 1].items);
}

std::uint64_t Growth::in_all() const {
  const std::uint64_t last = rounds_.back().bytes;
  return last - std::min(last, rounds_.front().bytes);
}

bool Growth::undecided(std::uint64_t per) const {
  if (rounds_.size() < 2) return true;
  if (!grew(rounds_.size() - 1, per)) return false;
  return rounds_.size() < kFewest || (rounds_.size() < kMost && in_all() < kPlateau);
}

std::string Growth::trouble(std::uint64_t per) const {
  if (rounds_.size() < kFewest) return {};
  const std::size_t last = rounds_.size() - 1;
  if (!grew(last, per) || grown(last) < grown(last - 1) || in_all() < kPlateau) return {};
  const std::uint64_t more = rounds_[last].items - rounds_[last - 1].items;
  return "memory grew with the load and did not stop: " + std::to_string(in_all() >> 10U) +
         " KiB from " + std::to_string(rounds_[0].items) + " items to " +
         std::to_string(rounds_[last].items) + ", " + std::to_string(grown(last) / more) +
         " bytes for each of the last ones";
}

}  // namespace conform
