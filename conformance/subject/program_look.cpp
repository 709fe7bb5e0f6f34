// SPDX-License-Identifier: Apache-2.0
#include "subject/program_look.hpp"

#include <algorithm>

namespace conform {

static constexpr Milliseconds kLook{100};

bool IdleWatch::is_over() {
  const TimePoint now = Clock::now();
  const auto passed = now - looked_;
  if (passed < kLook) return false;
  looked_ = now;
  const Pulse pulse = process_.pulse();
  const std::chrono::nanoseconds wanted(pulse.wanted_ns);
  // A program that waits may still wake up now and then.
  const bool works = pulse.wants || wanted < wanted_ || (wanted - wanted_) * 20 > passed;
  wanted_ = wanted;
  // Where the suite itself stood still, nothing is known of the time between.
  idle_ = works ? Clock::duration(0) : idle_ + std::min<Clock::duration>(passed, kLook * 2);
  return idle_ >= span_ || now - began_ >= span_ * 10;
}

void IdleWatch::moved() {
  idle_ = Clock::duration(0);
}

std::string shown_command(const std::vector<std::string>& command) {
  constexpr std::size_t kMost = 300;
  std::string out;
  for (const std::string& word : command) {
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n\"'\\$`;&|<>()*?#~") == std::string::npos;
    out += out.empty() ? "" : " ";
    out += plain ? word : "'" + word + "'";
  }
  return out.size() <= kMost ? out : out.substr(0, kMost) + "…";
}

std::string how_it_is(Process& process) {
  if (process.running()) return "it is still running and waits";
  return "it ended with " + process.how_it_ended();
}

std::string last_words(std::string_view log) {
  constexpr int kLines = 3;
  constexpr std::size_t kMost = 400;
  while (!log.empty() && (log.back() == '\n' || log.back() == '\r')) log.remove_suffix(1);
  if (log.empty()) return "it printed nothing";
  std::size_t from = log.size();
  for (int lines = 0; lines < kLines && from != std::string_view::npos && from != 0; ++lines)
    from = log.rfind('\n', from - 1);
  if (from != 0 && from != std::string_view::npos) log.remove_prefix(from + 1);
  if (log.size() > kMost) log.remove_prefix(log.size() - kMost);
  std::string out(log);
  for (std::size_t at = 0; (at = out.find('\n', at)) != std::string::npos;)
    out.replace(at, 1, " / ");
  return "its output ends with: " + out;
}

}  // namespace conform
