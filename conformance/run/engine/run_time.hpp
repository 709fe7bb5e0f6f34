// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "run/engine/patience.hpp"
#include "subject/clock.hpp"

namespace conform {

// How long a run waits, and what moves in the lane whose cases run side by side; all that an engine
// knows of a run. Used by one thread.
struct RunTime {
  double deadline_factor = 1.0;
  std::shared_ptr<Patience> patience = std::make_shared<Patience>();  // of all lanes
  TimePoint last_progress = Clock::now();                             // on any connection
  int stalled = 0;   // cases that are overdue and wait only because others move
  int starting = 0;  // programs that were started for a case and have not been heard of yet
  std::set<std::string> in_full{};  // ids of cases that no probe may tell

  Milliseconds stretched(Milliseconds span) const {
    return Milliseconds(
        static_cast<std::int64_t>(static_cast<double>(span.count()) * deadline_factor));
  }
};

// Something that is so for one case, counted for all of its lane.
class Counted {
 public:
  explicit Counted(int& count) : count_(count) {}
  ~Counted() { set(false); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  void set(bool on) {
    if (on != on_) count_ += on ? 1 : -1;
    on_ = on;
  }

 private:
  int& count_;
  bool on_ = false;
};

}  // namespace conform
