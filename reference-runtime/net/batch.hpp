// SPDX-License-Identifier: Apache-2.0
// The events one thread took from epoll, claimable by every other thread: edge-triggered events are
// reported once, so while their taker is held up in a handler somebody else must be able to serve
// the rest of its batch.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>

namespace osprey::net {

struct Event {
  std::uint64_t id = 0;
  std::uint32_t what = 0;  // EPOLLIN, ...
};

class Batch {
 public:
  static constexpr unsigned kCapacity = 64;

  // Takes the next event; false when none is left. Any thread.
  bool take(Event& event);
  // Only by the owner, and only after take() returned false to it.
  void fill(const epoll_event* events, unsigned count);
  unsigned left() const;

 private:
  struct Slot {
    std::atomic<std::uint64_t> id{0};
    std::atomic<std::uint32_t> what{0};
  };
  // A round number, so that a claim cannot succeed on a batch that was refilled meanwhile: round <<
  // 32 | next << 16 | count.
  std::atomic<std::uint64_t> cursor_{0};
  std::array<Slot, kCapacity> slots_;
};

}  // namespace osprey::net
