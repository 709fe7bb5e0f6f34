// SPDX-License-Identifier: Apache-2.0
// Who owns a connection, and what its owner has to look at: one atomic word, so nothing is handed
// over between threads. Who finds it idle becomes the owner; who finds it busy leaves a flag, and
// the owner goes round once more. The high half is a generation, so that a late event or an old
// handle finds nothing.
#pragma once

#include <atomic>
#include <cstdint>

namespace osprey::net {

// What an owner may have to look at.
inline constexpr std::uint32_t kRead = 1U << 2U;
inline constexpr std::uint32_t kWrite = 1U << 3U;   // there is room for what waits, or none waits
inline constexpr std::uint32_t kHangup = 1U << 4U;  // FIN or an error is there: read until it shows
inline constexpr std::uint32_t kWork = 1U << 5U;    // the inbox has tasks
inline constexpr std::uint32_t kTimer = 1U << 6U;
inline constexpr std::uint32_t kStop = 1U << 7U;
inline constexpr std::uint32_t kAbort = 1U << 8U;   // cut it
inline constexpr std::uint32_t kDrop = 1U << 9U;    // cut it: the peer is too slow
inline constexpr std::uint32_t kEnded = 1U << 10U;  // it is over; its protocol does not know yet

class OwnerWord {
 public:
  std::uint64_t id(std::uint32_t index) const {
    return (word_.load(std::memory_order_relaxed) & kGenerations) | index;
  }
  // Whether the generation is the id's, and lives.
  bool is_alive(std::uint64_t id) const {
    return is_alive(word_.load(std::memory_order_acquire), id);
  }
  // The id of who lives there, or 0.
  std::uint64_t living(std::uint32_t index) const;

  // True: the caller owns it, and `flags` has all there is to do. False: its owner will see the
  // flags, or it is gone.
  bool claim(std::uint64_t id, std::uint32_t& flags);
  enum class Claim : std::uint8_t { mine, busy, gone };
  // As claim(), but leaves no flag when somebody else owns it. Tasks that were left and not begun
  // count as an owner: what is sent now must not overtake them.
  Claim claim_if_idle(std::uint64_t id);
  // For the owner. True: nobody owns it any more. False: there is more to do, in `flags`.
  bool let_go(std::uint32_t& flags);
  // Gives it up whatever is to be done; true when there is something.
  bool let_go_anyway();
  // Leaves flags for the owner. True when there is none, so that one has to be found.
  bool leave(std::uint64_t id, std::uint32_t flags);
  // For the owner: leaves flags to itself.
  void note(std::uint32_t flags) { word_.fetch_or(flags, std::memory_order_acq_rel); }

  // Birth: owned by the caller. The first generation is not 0, so that no id is a small number.
  void clear() { word_.store(kOneGeneration, std::memory_order_relaxed); }
  void publish();
  // Death in two steps: first nobody finds it any more, then the place is free for the next.
  void die() { word_.fetch_and(~std::uint64_t{kLive}, std::memory_order_acq_rel); }
  void next_generation();

 private:
  static constexpr std::uint64_t kOneGeneration = std::uint64_t{1} << 32U;
  static constexpr std::uint64_t kGenerations = ~std::uint64_t{0xFFFFFFFF};
  static constexpr std::uint32_t kLive = 1U << 0U;
  static constexpr std::uint32_t kBusy = 1U << 1U;  // some thread is the owner
  static constexpr std::uint64_t kToDo = 0xFFFFFFFFU & ~(kLive | kBusy);

  static bool is_alive(std::uint64_t word, std::uint64_t id) {
    return ((word ^ id) >> 32U) == 0 && (word & kLive) != 0;
  }
  bool change(std::uint64_t& seen, std::uint64_t next) {
    return word_.compare_exchange_weak(seen, next, std::memory_order_acq_rel,
                                       std::memory_order_acquire);
  }

  std::atomic<std::uint64_t> word_{0};
};

inline bool OwnerWord::claim(std::uint64_t id, std::uint32_t& flags) {
  std::uint64_t seen = word_.load(std::memory_order_acquire);
  while (is_alive(seen, id)) {
    if ((seen & kBusy) != 0) {
      if (change(seen, seen | flags)) {
        return false;
      }
    } else if (change(seen, (seen & ~kToDo) | kBusy)) {
      flags |= static_cast<std::uint32_t>(seen & kToDo);
      return true;
    }
  }
  return false;
}

inline bool OwnerWord::let_go(std::uint32_t& flags) {
  std::uint64_t seen = word_.load(std::memory_order_acquire);
  for (;;) {
    if ((seen & kToDo) != 0) {
      if (change(seen, seen & ~kToDo)) {
        flags = static_cast<std::uint32_t>(seen & kToDo);
        return false;
      }
    } else if (change(seen, seen & ~std::uint64_t{kBusy})) {
      return true;
    }
  }
}

}  // namespace osprey::net
