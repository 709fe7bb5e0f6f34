// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace conform {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Milliseconds = std::chrono::milliseconds;
using TimerId = std::pair<TimePoint, std::uint64_t>;

// Tells the time, and calls when it has come: a loop, or what a test moves by hand.
class Clockwork {
 public:
  virtual ~Clockwork() = default;
  virtual TimePoint now() const = 0;
  virtual TimerId at(TimePoint when, std::function<void()> what) = 0;
  TimerId after(Clock::duration span, std::function<void()> what) {
    return at(now() + span, std::move(what));
  }
  virtual void cancel(const TimerId& id) = 0;
  // Runs `what` after the current events, never inside the caller.
  virtual void post(std::function<void()> what) = 0;
};

}  // namespace conform
