// SPDX-License-Identifier: Apache-2.0
#include "net/ready_queue.hpp"

namespace osprey::net {
void ReadyQueue::fill(const epoll_event* events, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    slots_[i].id.store(events[i].data.u64, std::memory_order_relaxed);
    slots_[i].what.store(events[i].events, std::memory_order_relaxed);
  }
  const std::uint64_t round = (cursor_.load(std::memory_order_relaxed) >> 32U) + 1;
  cursor_.store(round << 32U | count, std::memory_order_release);
}

unsigned ReadyQueue::left() const {
  const std::uint64_t cursor = cursor_.load(std::memory_order_acquire);
  return next_of(cursor) < count_of(cursor) ? count_of(cursor) - next_of(cursor) : 0;
}

}  // namespace osprey::net
