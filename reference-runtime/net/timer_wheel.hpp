// SPDX-License-Identifier: Apache-2.0
// Deadlines of many connections at next to no cost: a hierarchy of four wheels of 64 slots, entries
// linked by 32-bit numbers inside the connections themselves. A tick is 8 ms. Not thread-safe: the
// loop holds a mutex around it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

namespace osprey::net {

using Tick = std::uint64_t;
inline constexpr Tick kNever = 0;
inline constexpr std::int64_t kTickMs = 8;
inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFF;

// What a connection carries for the wheel.
struct TimerNode {
  Tick when = kNever;  // kNever: not in the wheel
  std::uint32_t previous = kNoIndex;
  std::uint32_t next = kNoIndex;
};

class TimerWheel {
 public:
  // Finds the node of an index; indices come from arm().
  using NodeOf = TimerNode& (*)(void* context, std::uint32_t index);

  TimerWheel(NodeOf node_of, void* context);

  // Makes the node fire at `when` or soon after; a node that would fire earlier stays as it is.
  void arm(std::uint32_t index, Tick when);
  void disarm(std::uint32_t index);

  // Moves the clock and appends the indices that are due to `fired`; they are no longer in the
  // wheel.
  void advance(Tick now, std::vector<std::uint32_t>& fired);

  // When advance() has something to do next, or kNever.
  Tick next() const;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  static constexpr unsigned kLevels = 4;
  static constexpr Tick kReach = (Tick{1} << (kBits * kLevels)) - 1;

  struct Place {
    unsigned level;
    unsigned slot;
  };
  Place place_of(Tick when) const;
  Tick due(unsigned level, unsigned slot) const;
  bool soonest(Place& place) const;
  void link(std::uint32_t index, TimerNode& node);
  void unlink(TimerNode& node);
  void empty_slot(Place place, std::vector<std::uint32_t>& fired);

  NodeOf node_of_;
  void* context_;
  Tick elapsed_ = 0;
  std::array<std::uint64_t, kLevels> used_{};  // a bit for each slot that has entries
  std::array<std::array<std::uint32_t, kSlots>, kLevels> heads_;
};

// The clock of all deadlines; starts at 1 when the process first asks.
Tick now_tick();
// The tick at which a span that begins now is over for sure; kNever for a span of zero.
Tick tick_after(std::chrono::milliseconds span);
std::chrono::steady_clock::time_point time_of(Tick tick);

}  // namespace osprey::net
