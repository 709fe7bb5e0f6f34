// SPDX-License-Identifier: Apache-2.0
#include "net/batch.hpp"

namespace osprey::net {
namespace {

constexpr std::uint64_t kOneClaim = std::uint64_t{1} << 16U;

unsigned next_of(std::uint64_t cursor) {
  return static_cast<unsigned>(cursor >> 16U) & 0xFFFFU;
}
unsigned count_of(std::uint64_t cursor) {
  return static_cast<unsigned>(cursor) & 0xFFFFU;
}

}  // namespace

bool Batch::take(Event& event) {
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

void Batch::fill(const epoll_event* events, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    slots_[i].id.store(events[i].data.u64, std::memory_order_relaxed);
    slots_[i].what.store(events[i].events, std::memory_order_relaxed);
  }
  const std::uint64_t round = (cursor_.load(std::memory_order_relaxed) >> 32U) + 1;
  cursor_.store(round << 32U | count, std::memory_order_release);
}

unsigned Batch::left() const {
  const std::uint64_t cursor = cursor_.load(std::memory_order_acquire);
  return next_of(cursor) < count_of(cursor) ? count_of(cursor) - next_of(cursor) : 0;
}

}  // namespace osprey::net
