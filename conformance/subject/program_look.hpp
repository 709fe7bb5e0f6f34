// SPDX-License-Identifier: Apache-2.0
// The look before the run: what is told of a program that cannot be tested at all.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "subject/loop.hpp"
#include "subject/process.hpp"

namespace conform {

// Tells a program that waits from one that is still starting on a busy machine: time counts only
// while its processes neither run nor wait for a processor.
class IdleWatch {
 public:
  IdleWatch(const Process& process, Milliseconds span) : process_(process), span_(span) {}
  // True when it has waited for the whole span, or has taken ten times as long in any way.
  bool is_over();
  // Something came from it.
  void moved();

 private:
  const Process& process_;
  Milliseconds span_;
  std::chrono::nanoseconds wanted_{0};
  TimePoint began_ = Clock::now(), looked_ = began_;
  Clock::duration idle_{0};  // in a row
};

// As a shell would take it, cut where it is very long.
std::string shown_command(const std::vector<std::string>& command);
// "it ended with exit code 1" or "it is still running and waits".
std::string how_it_is(Process& process);
// "it printed nothing", or "its output ends with …".
std::string last_words(std::string_view log);

}  // namespace conform
