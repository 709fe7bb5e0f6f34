// SPDX-License-Identifier: Apache-2.0
#include "net/owner_word.hpp"

namespace osprey::net {

std::uint64_t OwnerWord::living(std::uint32_t index) const {
  const std::uint64_t word = word_.load(std::memory_order_acquire);
  return (word & kLive) != 0 ? (word & kGenerations) | index : 0;
}

OwnerWord::Claim OwnerWord::claim_if_idle(std::uint64_t id) {
  std::uint64_t seen = word_.load(std::memory_order_acquire);
  while (is_alive(seen, id)) {
    if ((seen & (kBusy | kWork)) != 0) {
      return Claim::busy;
    }
    if (change(seen, seen | kBusy)) {
      return Claim::mine;
    }
  }
  return Claim::gone;
}

bool OwnerWord::let_go_anyway() {
  return (word_.fetch_and(~std::uint64_t{kBusy}, std::memory_order_acq_rel) & kToDo) != 0;
}

bool OwnerWord::leave(std::uint64_t id, std::uint32_t flags) {
  std::uint64_t seen = word_.load(std::memory_order_acquire);
  while (is_alive(seen, id)) {
    if (change(seen, seen | flags)) {
      return (seen & kBusy) == 0;
    }
  }
  return false;
}

void OwnerWord::publish() {
  const std::uint64_t word = word_.load(std::memory_order_relaxed);
  word_.store(word | kLive | kBusy, std::memory_order_release);
}

void OwnerWord::next_generation() {
  const std::uint64_t next =
      (word_.load(std::memory_order_relaxed) & kGenerations) + kOneGeneration;
  word_.store(next == 0 ? kOneGeneration : next, std::memory_order_release);
}

}  // namespace osprey::net
