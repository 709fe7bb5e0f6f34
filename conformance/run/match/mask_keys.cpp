// SPDX-License-Identifier: Apache-2.0
#include "run/match/mask_keys.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

namespace conform {

static std::uint32_t word_of(const wire::MaskKey& key) {
  return std::uint32_t{key[0]} << 24U | std::uint32_t{key[1]} << 16U | std::uint32_t{key[2]} << 8U |
         key[3];
}

Outcome distinct_keys(const std::vector<wire::MaskKey>& keys) {
  std::set<std::uint32_t> seen;
  for (const auto& key : keys) seen.insert(word_of(key));
  // By chance alone two of N random keys are equal once in 2^33 / N² runs; more than one such pair
  // is no chance.
  if (seen.size() + 1 >= keys.size() && (keys.size() > 2000 || seen.size() == keys.size()))
    return Outcome::yes();
  return Outcome::no(std::to_string(keys.size() - seen.size()) + " of " +
                     std::to_string(keys.size()) + " masking keys had been used before");
}

// The number that multiplies with an odd `value` to 1 modulo 2^32 (Newton's steps double the right
// bits).
static std::uint32_t inverse_of(std::uint32_t value) {
  std::uint32_t inverse = value;
  for (int i = 0; i < 5; ++i) inverse *= 2U - value * inverse;
  return inverse;
}

// Whether each word is multiplier * the last + constant, modulo 2^32: then the steps multiply, too.
static bool is_congruential(const std::vector<std::uint32_t>& words) {
  std::vector<std::uint32_t> steps;
  for (std::size_t i = 1; i < words.size(); ++i) steps.push_back(words[i] - words[i - 1]);
  const auto odd = std::find_if(steps.begin(), steps.end() - 1,
                                [](std::uint32_t step) { return step % 2 == 1; });
  if (odd == steps.end() - 1) return false;
  const std::uint32_t multiplier = *(odd + 1) * inverse_of(*odd);
  std::size_t foretold = 0;
  for (std::size_t i = 1; i < steps.size(); ++i)
    foretold += steps[i] == multiplier * steps[i - 1] ? 1 : 0;
  return foretold > steps.size() / 2;
}

static bool are_congruential(const std::vector<wire::MaskKey>& keys) {
  std::vector<std::uint32_t> big;
  std::vector<std::uint32_t> little;
  for (const auto& key : keys) {
    big.push_back(word_of(key));
    little.push_back(word_of({key[3], key[2], key[1], key[0]}));
  }
  return is_congruential(big) || is_congruential(little);
}

// RFC 6455 §10.3 in so far as it shows from outside: distinct, not counting up nor computed from
// the last, bits in balance.
Outcome random_keys(const std::vector<wire::MaskKey>& keys) {
  Outcome distinct = distinct_keys(keys);
  if (distinct.answer == Answer::no || keys.size() < 16) return distinct;
  std::size_t ones = 0;
  std::set<std::uint32_t> steps;
  std::set<std::uint32_t> flips;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ones += static_cast<std::size_t>(std::popcount(word_of(keys[i])));
    if (i == 0) continue;
    steps.insert(word_of(keys[i]) - word_of(keys[i - 1]));
    flips.insert(word_of(keys[i]) ^ word_of(keys[i - 1]));
  }
  if (steps.size() < keys.size() / 2 || flips.size() < keys.size() / 2) {
    return Outcome::no("each masking key differs from the one before by the same few steps");
  }
  if (are_congruential(keys))
    return Outcome::no("each masking key can be computed from the one before");
  const double bits = static_cast<double>(keys.size()) * 32.0;
  const double off = std::abs(static_cast<double>(ones) - bits / 2) / (std::sqrt(bits) / 2);
  if (off > 7)
    return Outcome::no(
        "the bits of the masking keys are not random: ones and zeros are too far from equal");
  return Outcome::yes();
}

}  // namespace conform
