// SPDX-License-Identifier: Apache-2.0
// What /proc has to say of an expectation that holds otherwise. What is not measured is no pass.
#include <algorithm>

#include "case/expected_text.hpp"
#include "run/dialogue/case_run.hpp"
#include "run/match/words/closed.hpp"

namespace conform {

static constexpr Milliseconds kSampleEvery{10};
static constexpr Milliseconds kCpuSpan{300};
static constexpr Milliseconds kStillFor{300};
static constexpr Milliseconds kAtWork{3000};  // one that computes may take more yet
static constexpr Milliseconds kGivesBack{5000};
static constexpr Milliseconds kLookAgain{100};

void CaseRun::begin_measuring() {
  if (!case_.alone || context_.process == nullptr) return;
  context_.process->reset_peak();
  base_ = context_.process->usage();
  context_.process->sample();
}

// All that there is to send has been given to the kernel.
bool CaseRun::all_left() {
  const Connection* connection = channel_.connection();
  return sender_.idle() && (connection == nullptr || connection->queued() == 0);
}

// Where octets still move towards a runtime that is not read from, what it holds is still growing.
bool CaseRun::still_moving() {
  return !all_left() && Clock::now() - channel_.last_progress() < kStillFor;
}

// What was sent has been taken, or is taken no more. How fast that goes does not matter: only one
// that neither takes anything nor computes has come to rest, and within reason.
bool CaseRun::came_to_rest() {
  const bool reads_on = peer_reads_on();
  const auto quiet = Clock::now() - channel_.last_progress();
  const bool rests =
      !reads_on &&
      (all_left() || (quiet >= kStillFor && (quiet >= kAtWork || !context_.is_at_work())));
  if (!rests) engine_.look_again(kLookAgain);
  return rests;
}

bool CaseRun::take_reading() {
  const HeldReading& reading = readings_.front();
  if (!limits_of(reading.expect).any()) return reading_holds();
  if (still_moving()) {
    engine_.look_again(kLookAgain);
    return false;
  }
  if (context_.process == nullptr)
    return not_measured("osprey-conform did not start the implementation");
  if (!base_.known) return not_measured("the system shows nothing of the implementation's process");
  return begin_measure();
}

bool CaseRun::reading_holds() {
  const HeldReading reading = std::move(readings_.front());
  readings_.clear();
  if (reading.lenient) {
    engine_.decision().relax(reading.why.empty() ? trouble_ : reading.why,
                             expected_text(*engine_.step()));
  }
  trouble_ = {};
  return step_holds(reading);
}

// Memory at once, descriptors and threads as soon as they are back, processor time over a fixed
// span.
bool CaseRun::begin_measure() {
  engine_.answered();
  measuring_since_ = next_sample_ = Clock::now();
  ticks_before_ = context_.process->usage().cpu_ticks;
  // Some runtimes hold on to a connection until the other side has ended it too.
  if (channel_.seen.end) channel_.dispose();
  const Limits limits = limits_of(readings_.front().expect);
  // Nothing runs beside these, and each would wait alone: one that waits in full is enough.
  if (limits.descriptors || limits.threads)
    engine_.await(kGivesBack, {.patient = false, .in_full = 1});
  return measure();
}

bool CaseRun::measure() {
  if (Clock::now() < next_sample_ && !in_haste_ && !engine_.late()) return false;
  const Limits limits = limits_of(readings_.front().expect);
  const Usage now = context_.process->usage();
  if ((limits.memory || limits.memory_per) && !now.known)
    return not_measured("the implementation's process ended before its memory could be seen");
  if (in_haste_) return measured(too_much(limits, now, kCpuSpan));
  const auto passed = std::chrono::duration_cast<Milliseconds>(Clock::now() - *measuring_since_);
  const std::string unsettled = still_held(limits, now);
  if (!unsettled.empty() && engine_.late()) return measured(Reason::timeout(unsettled));
  const bool wait_for_cpu = limits.cpu && passed < kCpuSpan;
  if (unsettled.empty() && !wait_for_cpu) return measured(too_much(limits, now, passed));
  if (unsettled.empty()) engine_.answered();
  next_sample_ = Clock::now() + kSampleEvery;
  engine_.look_again(kSampleEvery);
  return false;
}

// What of the case's connections the runtime has not given back yet, in words; empty = all is back.
std::string CaseRun::still_held(const Limits& limits, const Usage& now) const {
  if (limits.descriptors && now.descriptors > base_.descriptors + *limits.descriptors)
    return std::to_string(now.descriptors - base_.descriptors) + " descriptors stayed open";
  if (limits.threads && now.threads > base_.threads + *limits.threads)
    return std::to_string(now.threads - base_.threads) + " threads stayed";
  return {};
}

std::string CaseRun::too_much(const Limits& limits, const Usage& now, Milliseconds passed) const {
  const std::uint64_t peak = std::max(now.peak, now.resident);
  const std::uint64_t grown = peak > base_.resident ? peak - base_.resident : 0;
  if (limits.memory && grown > *limits.memory)
    return "the implementation's memory grew by " + std::to_string(grown >> 10U) + " KiB";
  if (!limits.cpu) return {};
  // A tick is 10 ms: of one second, 100 ticks are one core. Of a process that ended, none is used.
  const std::uint64_t ticks = now.cpu_ticks > ticks_before_ ? now.cpu_ticks - ticks_before_ : 0;
  const auto share = static_cast<int>(ticks * 1000 / static_cast<std::uint64_t>(passed.count()));
  if (share <= *limits.cpu) return {};
  return "the implementation used " + std::to_string(share) +
         "% of a core while nothing was left to do";
}

// Memory by its slope: true when the steps are gone through once more, with a larger load.
bool CaseRun::grows_on() {
  const HeldReading& reading = readings_.front();
  const auto per = limits_of(reading.expect).memory_per;
  // One that has ended has called an end to its growth too.
  if (!per || find<Closed>(reading.expect) != nullptr || channel_.seen.close || channel_.seen.end ||
      context_.process->pid() <= 0)
    return false;
  const Usage now = context_.process->usage();
  growth_.add(sender_.take_repeated(), std::max(now.peak, now.resident));
  if (!growth_.undecided(*per)) return false;
  readings_.clear();
  trouble_ = {};
  sender_.scale(growth_.next_factor());
  // Each round has as long as its load is large: no verdict rests on how fast the runtime is.
  engine_.limit(Milliseconds(60000) * static_cast<std::int64_t>(growth_.next_factor()));
  channel_.encoder.awaited.clear();
  channel_.begin_window();
  engine_.restart();
  return true;
}

bool CaseRun::measured(const Reason& trouble) {
  measuring_since_.reset();
  Reason why = trouble;
  if (why.empty()) {
    if (grows_on()) return false;
    const auto per = limits_of(readings_.front().expect).memory_per;
    if (per) why = growth_.trouble(*per);
  }
  if (why.empty()) return reading_holds();
  if (trouble_.empty()) trouble_ = why;
  readings_.pop_front();
  return readings_.empty() ? fail(trouble_) : take_reading();
}

// The run goes on elsewhere: what is known by now has to do.
void CaseRun::measure_now() {
  if (!measuring_since_ || context_.process == nullptr || context_.process->ended_by_signal())
    return;
  in_haste_ = true;
  engine_.advance();
}

// A reading that asks for no figure may hold instead.
bool CaseRun::not_measured(const std::string& why) {
  measuring_since_.reset();
  std::erase_if(readings_, [](const HeldReading& one) { return limits_of(one.expect).any(); });
  if (!readings_.empty()) return reading_holds();
  return skip("not measured: " + why);
}

}  // namespace conform
