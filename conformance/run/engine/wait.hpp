// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "run/engine/patience.hpp"
#include "subject/clock.hpp"

namespace conform {

// One wait of a case. It counts only while nothing moves: an implementation that is busy with other
// connections, or a machine that is busy with starting programs, lets this one wait its turn. Pure:
// whoever looks tells the time.
class Wait {
 public:
  struct Terms {
    Milliseconds limit{0};
    // How long nothing at all has to move before it may end, if not for as long as `limit`.
    Milliseconds grace{0};
    bool patient = true;              // while others move, up to ten times the limit
    bool may_probe = true;            // a probe may be enough
    int in_full = Patience::kInFull;  // once so many have waited in full
    bool exact() const { return !patient && !may_probe; }
  };
  struct Look {
    TimePoint now;
    TimePoint moved;                    // the case itself
    TimePoint others_moved;             // anything at all
    std::optional<Milliseconds> probe;  // how long a probe waits, where one is enough
  };
  enum class State : std::uint8_t {
    waits,
    stalled,  // overdue, and waiting only because others move
    probed,   // over, by a probe
    over
  };
  struct Found {
    State state;
    Clock::duration left{};  // to the next look
  };

  void begin(TimePoint now, Terms terms);
  void end() { runs_ = false; }
  bool runs() const { return runs_; }
  const Terms& terms() const { return terms_; }
  // How long nothing of the case has moved.
  Clock::duration quiet(const Look& look) const;
  Found look(const Look& look);
  // How long nothing of the case moved at a stretch, as far as it was looked at, and a look more.
  Milliseconds longest_quiet() const;
  // How often a wait is looked at that is not exact.
  static constexpr Milliseconds kLookAgain{25};

 private:
  bool runs_ = false;
  Terms terms_;
  TimePoint began_;
  Clock::duration longest_quiet_{0};
};

}  // namespace conform
