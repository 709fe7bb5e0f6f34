// SPDX-License-Identifier: Apache-2.0
#include "run/context.hpp"

#include <algorithm>

namespace conform {

// How many characters two keys share, place by place.
static std::size_t shared_places(const std::string& one, const std::string& other) {
  std::size_t shared = 0;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i)
    shared += one[i] == other[i] ? 1U : 0U;
  return shared;
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
