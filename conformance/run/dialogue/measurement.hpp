// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <optional>

#include "run/connection/sender.hpp"
#include "run/engine/engine.hpp"
#include "run/engine/growth.hpp"
#include "run/match/matcher.hpp"

namespace conform {

// What a measurement has come to.
struct Measured {
  enum class State : std::uint8_t { waits, holds, fails, missing };
  State state = State::waits;
  Reason why;           // holds: what stricter readings exceeded; missing: why nothing can be seen
  HeldReading reading;  // holds: this one
};

// The readings of a step that holds otherwise, one after the other against what /proc says of the
// implementation's process. What is not measured is no pass. Where memory is told by its slope, the
// steps are gone through again with a larger load.
class Measurement {
 public:
  Measurement(RunContext& context, const Case& one, Engine& engine, Channel& channel,
              Sender& sender)
      : context_(context), case_(one), engine_(engine), channel_(channel), sender_(sender) {}

  // Before the first step: what is used now is the base.
  void begin();
  // The strictest reading comes first; one that asks for no figure holds as it is.
  Measured take(std::deque<HeldReading> readings);
  // Figures are being waited for; look() tells what they have come to.
  bool runs() const { return since_.has_value(); }
  Measured look();
  // The run goes on elsewhere: what is known by now has to do.
  void hurry();
  // All that there is to send has been given to the kernel.
  bool all_left() const;
  // Where bytes still move towards an implementation that is not read from, what it holds is still
  // growing.
  bool still_moving() const;

 private:
  Measured next();
  Measured start();
  Measured holds();
  Measured found(const Reason& trouble);
  Measured missing(const std::string& why);
  bool grows_on();
  void go_through_again();

  RunContext& context_;
  const Case& case_;
  Engine& engine_;
  Channel& channel_;
  Sender& sender_;
  std::deque<HeldReading> readings_;
  Reason trouble_;  // what the first reading exceeded
  Usage base_;
  std::uint64_t ticks_before_ = 0;
  std::optional<TimePoint> since_;
  TimePoint next_sample_;
  Growth growth_;
  bool in_haste_ = false;
};

}  // namespace conform
