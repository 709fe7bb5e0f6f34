// SPDX-License-Identifier: Apache-2.0
// The events one thread took from epoll, claimable by every other thread: edge-triggered events are
// reported once, so while their taker is held up in a handler somebody else must be able to serve
// the rest of its ready queue.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "net/event.hpp"

namespace osprey::net {

class ReadyQueue {
 public:
  static constexpr unsigned kCapacity = 64;

  // Takes the next event; false when none is left. Any thread.
  bool take(Event& event);
  // Only by the owner, and only after take() returned false to it.
  void fill(const epoll_event* events, unsigned count);
  unsigned left() const;

 private:
  static constexpr std::uint64_t kOneClaim = std::uint64_t{1} << 16U;
  static unsigned next_of(std::uint64_t cursor) {
    return static_cast<unsigned>(cursor >> 16U) & 0xFFFFU;
  }
  static unsigned count_of(std::uint64_t cursor) { return static_cast<unsigned>(cursor) & 0xFFFFU; }

  struct Slot {
    std::atomic<std::uint64_t> id{0};
    std::atomic<std::uint32_t> what{0};
  };
  // A round number, so that a claim cannot succeed on a ready queue that was refilled meanwhile:
  // round << 32 | next << 16 | count.
  std::atomic<std::uint64_t> cursor_{0};
  std::array<Slot, kCapacity> slots_;
};

inline bool ReadyQueue::take(Event& event) {
  std::uint64_t cursor = cursor_.load(std::memory_order_acquire);
  while (next_of(cursor) < count_of(cursor)) {
    const Slot& slot = slots_[next_of(cursor)];
    event.id = slot.id.load(std::memory_order_relaxed);
    event.what = slot.what.load(std::memory_order_relaxed);
    if (cursor_.compare_exchange_weak(cursor, cursor + kOneClaim, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
      return true;
    }
  }
  return false;
}

}  // namespace osprey::net
