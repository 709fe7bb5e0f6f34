// SPDX-License-Identifier: Apache-2.0
#include "net/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace osprey::net {
namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point start_of_time() {
  static const Clock::time_point start = Clock::now() - std::chrono::milliseconds(kTickMs);
  return start;
}

}  // namespace

Tick now_tick() {
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_of_time());
  return static_cast<Tick>(age.count() / kTickMs);
}

Tick tick_after(std::chrono::milliseconds span) {
  if (span.count() <= 0) {
    return kNever;
  }
  const std::int64_t ticks =
      std::min<std::int64_t>((span.count() + kTickMs - 1) / kTickMs, std::int64_t{1} << 40U);
  return now_tick() + static_cast<Tick>(ticks) + 1;
}

Clock::time_point time_of(Tick tick) {
  return start_of_time() + std::chrono::milliseconds(static_cast<std::int64_t>(tick) * kTickMs);
}

TimerWheel::TimerWheel(NodeOf node_of, void* context)
    : node_of_(node_of), context_(context), elapsed_(now_tick()) {
  for (auto& level : heads_) {
    level.fill(kNoIndex);
  }
}

TimerWheel::Place TimerWheel::place_of(Tick when) const {
  const Tick difference = std::min<Tick>((elapsed_ ^ when) | (kSlots - 1), kReach);
  const unsigned level = (63U - static_cast<unsigned>(std::countl_zero(difference))) / kBits;
  return {level, static_cast<unsigned>(when >> (kBits * level)) & (kSlots - 1)};
}

void TimerWheel::arm(std::uint32_t index, Tick when) {
  TimerNode& node = node_of_(context_, index);
  if (node.when != kNever) {
    if (node.when <= when) {
      return;
    }
    unlink(node);
  }
  // Beyond the reach it fires early; its owner sees that nothing is due and arms it again.
  node.when = std::clamp<Tick>(when, elapsed_ + 1, elapsed_ + kReach / 2);
  link(index, node);
}

void TimerWheel::disarm(std::uint32_t index) {
  TimerNode& node = node_of_(context_, index);
  if (node.when != kNever) {
    unlink(node);
    node.when = kNever;
  }
}

void TimerWheel::link(std::uint32_t index, TimerNode& node) {
  const Place place = place_of(node.when);
  std::uint32_t& head = heads_[place.level][place.slot];
  node.previous = kNoIndex;
  node.next = head;
  if (head != kNoIndex) {
    node_of_(context_, head).previous = index;
  }
  head = index;
  used_[place.level] |= std::uint64_t{1} << place.slot;
}

void TimerWheel::unlink(TimerNode& node) {
  if (node.next != kNoIndex) {
    node_of_(context_, node.next).previous = node.previous;
  }
  if (node.previous != kNoIndex) {
    node_of_(context_, node.previous).next = node.next;
    return;
  }
  const Place place = place_of(node.when);
  heads_[place.level][place.slot] = node.next;
  if (node.next == kNoIndex) {
    used_[place.level] &= ~(std::uint64_t{1} << place.slot);
  }
}

Tick TimerWheel::due(unsigned level, unsigned slot) const {
  const unsigned shift = kBits * level;
  const Tick turn = Tick{1} << (shift + kBits);
  const Tick start = elapsed_ & ~(turn - 1);
  const Tick at = start + (static_cast<Tick>(slot) << shift);
  return at <= elapsed_ && level == kLevels - 1 ? at + turn : at;
}

bool TimerWheel::soonest(Place& place) const {
  for (unsigned level = 0; level < kLevels; ++level) {
    if (used_[level] != 0) {
      const unsigned here = static_cast<unsigned>(elapsed_ >> (kBits * level)) & (kSlots - 1);
      const auto turned = std::rotr(used_[level], static_cast<int>(here));
      const auto ahead = static_cast<unsigned>(std::countr_zero(turned));
      place = {level, (here + ahead) & (kSlots - 1)};
      return true;
    }
  }
  return false;
}

Tick TimerWheel::next() const {
  Place place{};
  return soonest(place) ? due(place.level, place.slot) : kNever;
}

void TimerWheel::empty_slot(Place place, std::vector<std::uint32_t>& fired) {
  std::uint32_t index = std::exchange(heads_[place.level][place.slot], kNoIndex);
  used_[place.level] &= ~(std::uint64_t{1} << place.slot);
  while (index != kNoIndex) {
    TimerNode& node = node_of_(context_, index);
    const std::uint32_t following = node.next;
    if (node.when <= elapsed_) {
      node = TimerNode{};
      fired.push_back(index);
    } else {
      link(index, node);
    }
    index = following;
  }
}

void TimerWheel::advance(Tick now, std::vector<std::uint32_t>& fired) {
  Place place{};
  while (soonest(place)) {
    const Tick at = due(place.level, place.slot);
    if (at > now) {
      break;
    }
    elapsed_ = std::max(elapsed_, at);
    empty_slot(place, fired);
  }
  elapsed_ = std::max(elapsed_, now);
}

}  // namespace osprey::net
