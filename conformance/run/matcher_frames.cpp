// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "run/matcher.hpp"

namespace conform {

static std::uint32_t word_of(const wire::MaskKey& key) {
  return std::uint32_t{key[0]} << 24U | std::uint32_t{key[1]} << 16U | std::uint32_t{key[2]} << 8U |
         key[3];
}

static Outcome distinct_keys(const std::vector<wire::MaskKey>& keys) {
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
static Outcome random_keys(const std::vector<wire::MaskKey>& keys) {
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

Outcome Matcher::frames(const Expect& expect) const {
  if (!expect.frames) return Outcome::yes();
  const FramesExpect& wanted = *expect.frames;
  const auto* reader = facts_.channel.reader();
  if (reader == nullptr) return Outcome::no("no frame came");
  const wire::FrameFacts& facts = reader->facts();
  const bool masks = facts_.role == Role::client;
  const auto masked = wanted.legal ? std::optional<bool>(masks) : wanted.masked;
  if (masked && facts.masked != (*masked ? facts.frames : 0)) {
    return Outcome::no(std::to_string(facts.masked) + " of " + std::to_string(facts.frames) +
                       " frames were masked" + (*masked ? "" : "; a server masks none"));
  }
  if ((wanted.shortest || wanted.legal) && facts.overlong != 0) {
    return Outcome::no("a frame had its length in a longer form than needed");
  }
  const bool no_rsv = wanted.rsv_none || (wanted.legal && !facts_.channel.encoder.deflates());
  if (no_rsv && facts.rsv_set != 0) return Outcome::no("a frame had a reserved bit set");
  if ((wanted.rsv_first_only || wanted.legal) && facts.rsv_misplaced != 0) {
    return Outcome::no("a frame had a reserved bit set where it has no meaning");
  }
  if ((wanted.control_legal || wanted.legal) && facts.control_illegal != 0) {
    return Outcome::no("a control frame was fragmented or larger than 125 bytes");
  }
  if (wanted.largest && facts.largest > *wanted.largest) {
    return Outcome::no("a frame had a payload of " + std::to_string(facts.largest) + " bytes");
  }
  if (wanted.count) {
    std::uint64_t count = 0;
    for (const SeenMessage& message : seen_.messages) count += message.frames;
    if (count != *wanted.count)
      return Outcome::no("the messages had " + std::to_string(count) + " frames");
  }
  if (wanted.keys_random) return random_keys(facts.keys);
  return wanted.keys_distinct ? distinct_keys(facts.keys) : Outcome::yes();
}

Outcome Matcher::compression(const Expect& expect) const {
  if (!expect.compressed && !expect.window && !expect.takeover) return Outcome::yes();
  bool reaches = false;
  if (seen_.messages.empty()) return Outcome::no("no message came");
  for (const SeenMessage& message : seen_.messages) {
    if (expect.compressed && message.compressed != *expect.compressed) {
      return Outcome::no(message.compressed ? "a message was compressed"
                                            : "a message was not compressed");
    }
    if (!message.compressed) continue;
    if (expect.window && message.deflate.farthest > (1U << static_cast<unsigned>(*expect.window))) {
      return Outcome::no("a message refers back " + std::to_string(message.deflate.farthest) +
                         " bytes, beyond a window of " +
                         std::to_string(1U << static_cast<unsigned>(*expect.window)));
    }
    reaches = reaches || message.deflate.reaches_before;
  }
  if (expect.takeover && reaches != *expect.takeover) {
    return Outcome::no(reaches ? "a message refers back to an earlier one"
                               : "no message refers back to an earlier one");
  }
  return Outcome::yes();
}

}  // namespace conform
