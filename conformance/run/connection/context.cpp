// SPDX-License-Identifier: Apache-2.0
#include "run/connection/context.hpp"

#include <algorithm>
#include <utility>

namespace conform {

// How many characters two keys share, place by place.
static std::size_t shared_places(const std::string& one, const std::string& other) {
  std::size_t shared = 0;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i)
    shared += one[i] == other[i] ? 1U : 0U;
  return shared;
}

bool RunContext::is_at_work() {
  constexpr Milliseconds kLook{50};
  if (process == nullptr) return false;
  const auto passed = Clock::now() - looked_;
  if (passed < kLook) return at_work_;
  looked_ += passed;
  const Pulse pulse = process->pulse();
  const std::uint64_t before = std::exchange(wanted_ns_, pulse.wanted_ns);
  // One that waits may still wake up now and then.
  const auto some = static_cast<std::uint64_t>(std::chrono::nanoseconds(passed).count()) / 20;
  at_work_ = pulse.wants || wanted_ns_ < before || wanted_ns_ - before > some;
  return at_work_;
}

bool RunContext::take_key(const std::string& key) {
  // Of 22 places with 64 characters, 11 are the same by chance once in 10^14 pairs (two more hold
  // the padding).
  constexpr std::size_t kAlike = 13;
  constexpr std::size_t kRemembered = 256;
  const bool fresh = std::none_of(keys_seen.begin(), keys_seen.end(), [&](const std::string& seen) {
    return seen == key || shared_places(seen, key) >= kAlike;
  });
  if (keys_seen.size() == kRemembered) keys_seen.erase(keys_seen.begin());
  keys_seen.push_back(key);
  return fresh;
}

}  // namespace conform
