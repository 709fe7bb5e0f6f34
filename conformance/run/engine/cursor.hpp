// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace conform {

// Where in its steps a case is. One that is held takes a step only when it is told to, and does not
// leave before it is let go.
class Cursor {
 public:
  explicit Cursor(std::size_t steps) : steps_(steps), allowed_(steps) {}

  std::size_t at() const { return at_; }
  // A step is there, and may be taken.
  bool has_step() const { return at_ < allowed_ && at_ < steps_; }
  bool past_steps() const { return at_ >= steps_; }
  bool is_last() const { return at_ + 1 == steps_; }
  // No more steps come, and nobody holds it.
  bool is_over() const { return !has_step() && !held_; }

  void next() { ++at_; }
  void skip_rest() { at_ = steps_; }
  void restart() { at_ = 0; }

  void hold() {
    held_ = true;
    allowed_ = 0;
  }
  void allow_one() { ++allowed_; }
  void let_go() { held_ = false; }

 private:
  std::size_t steps_, allowed_, at_ = 0;
  bool held_ = false;
};

}  // namespace conform
