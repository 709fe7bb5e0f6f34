// SPDX-License-Identifier: Apache-2.0
#include "run/dialogue/measurement.hpp"

#include <algorithm>

#include "run/match/words/closed.hpp"

namespace conform {

static constexpr Milliseconds kSampleEvery{10};
static constexpr Milliseconds kCpuSpan{300};
static constexpr Milliseconds kStillFor{300};
static constexpr Milliseconds kGivesBack{5000};
static constexpr Milliseconds kLookAgain{100};

// What of the case's connections the runtime has not given back yet, in words; empty = all is back.
static std::string still_held(const Limits& limits, const Usage& base, const Usage& now) {
  if (limits.descriptors && now.descriptors > base.descriptors + *limits.descriptors)
    return std::to_string(now.descriptors - base.descriptors) + " descriptors stayed open";
  if (limits.threads && now.threads > base.threads + *limits.threads)
    return std::to_string(now.threads - base.threads) + " threads stayed";
  return {};
}

static std::string too_much_memory(const Limits& limits, const Usage& base, const Usage& now) {
  const std::uint64_t peak = std::max(now.peak, now.resident);
  const std::uint64_t grown = peak > base.resident ? peak - base.resident : 0;
  if (!limits.memory || grown <= *limits.memory) return {};
  return "the implementation's memory grew by " + std::to_string(grown >> 10U) + " KiB";
}

static std::string too_much_work(const Limits& limits, std::uint64_t before, const Usage& now,
                                 Milliseconds passed) {
  if (!limits.cpu) return {};
  // A tick is 10 ms: of one second, 100 ticks are one core. Of a process that ended, none is used.
  const std::uint64_t ticks = now.cpu_ticks > before ? now.cpu_ticks - before : 0;
  const auto share = static_cast<int>(ticks * 1000 / static_cast<std::uint64_t>(passed.count()));
  if (share <= *limits.cpu) return {};
  return "the implementation used " + std::to_string(share) +
         "% of a core while nothing was left to do";
}

void Measurement::begin() {
  if (!case_.alone || context_.process == nullptr) return;
  context_.process->reset_peak();
  base_ = context_.process->usage();
  context_.process->sample();
}

bool Measurement::all_left() const {
  const Connection* connection = channel_.connection();
  return sender_.idle() && (connection == nullptr || connection->queued() == 0);
}

bool Measurement::still_moving() const {
  return !all_left() && Clock::now() - channel_.last_progress() < kStillFor;
}

Measured Measurement::take(std::deque<HeldReading> readings) {
  trouble_ = {};
  readings_ = std::move(readings);
  return next();
}

Measured Measurement::next() {
  if (!limits_of(readings_.front().expect).any()) return holds();
  if (still_moving()) {
    engine_.look_again(kLookAgain);
    return {};
  }
  if (context_.process == nullptr)
    return missing("osprey-conform did not start the implementation");
  if (!base_.known) return missing("the system shows nothing of the implementation's process");
  return start();
}

Measured Measurement::holds() {
  Measured out{Measured::State::holds, std::move(trouble_), std::move(readings_.front())};
  readings_.clear();
  trouble_ = {};
  return out;
}

// Memory at once, descriptors and threads as soon as they are back, processor time over a fixed
// span.
Measured Measurement::start() {
  engine_.answered();
  since_ = next_sample_ = Clock::now();
  ticks_before_ = context_.process->usage().cpu_ticks;
  // Some implementations hold on to a connection until the other side has ended it too.
  if (channel_.seen.end) channel_.dispose();
  const Limits limits = limits_of(readings_.front().expect);
  // Nothing runs beside these, and each would wait alone: one that waits in full is enough.
  if (limits.descriptors || limits.threads)
    engine_.await(kGivesBack, {.patient = false, .in_full = 1});
  return look();
}

Measured Measurement::look() {
  if (Clock::now() < next_sample_ && !in_haste_ && !engine_.late()) return {};
  const Limits limits = limits_of(readings_.front().expect);
  const Usage now = context_.process->usage();
  if ((limits.memory || limits.memory_per) && !now.known)
    return missing("the implementation's process ended before its memory could be seen");
  const auto too_much = [&](Milliseconds passed) {
    std::string out = too_much_memory(limits, base_, now);
    return out.empty() ? too_much_work(limits, ticks_before_, now, passed) : out;
  };
  if (in_haste_) return found(too_much(kCpuSpan));
  const auto passed = std::chrono::duration_cast<Milliseconds>(Clock::now() - *since_);
  const std::string unsettled = still_held(limits, base_, now);
  if (!unsettled.empty() && engine_.late()) return found(Reason::timeout(unsettled));
  const bool wait_for_cpu = limits.cpu && passed < kCpuSpan;
  if (unsettled.empty() && !wait_for_cpu) return found(too_much(passed));
  if (unsettled.empty()) engine_.answered();
  next_sample_ = Clock::now() + kSampleEvery;
  engine_.look_again(kSampleEvery);
  return {};
}

Measured Measurement::found(const Reason& trouble) {
  since_.reset();
  Reason why = trouble;
  if (why.empty()) {
    if (grows_on()) {
      go_through_again();
      return {};
    }
    const auto per = limits_of(readings_.front().expect).memory_per;
    if (per) why = growth_.trouble(*per);
  }
  if (why.empty()) return holds();
  if (trouble_.empty()) trouble_ = why;
  readings_.pop_front();
  if (readings_.empty()) return {Measured::State::fails, std::move(trouble_), {}};
  return next();
}

// Memory by its slope: whether a round with a larger load would tell more.
bool Measurement::grows_on() {
  const HeldReading& reading = readings_.front();
  const auto per = limits_of(reading.expect).memory_per;
  // One that has ended has called an end to its growth too.
  if (!per || find<Closed>(reading.expect) != nullptr || channel_.seen.close || channel_.seen.end ||
      context_.process->pid() <= 0)
    return false;
  const Usage now = context_.process->usage();
  growth_.add(sender_.take_repeated(), std::max(now.peak, now.resident));
  return growth_.undecided(*per);
}

void Measurement::go_through_again() {
  readings_.clear();
  trouble_ = {};
  sender_.scale(growth_.next_factor());
  // Each round has as long as its load is large: no verdict rests on how fast the implementation
  // is.
  engine_.limit(Milliseconds(60000) * static_cast<std::int64_t>(growth_.next_factor()));
  channel_.encoder.awaited.clear();
  channel_.begin_window();
  engine_.restart();
}

void Measurement::hurry() {
  if (!runs() || context_.process == nullptr || context_.process->ended_by_signal()) return;
  in_haste_ = true;
  engine_.advance();
}

// A reading that asks for no figure may hold instead.
Measured Measurement::missing(const std::string& why) {
  since_.reset();
  std::erase_if(readings_, [](const HeldReading& one) { return limits_of(one.expect).any(); });
  if (!readings_.empty()) return holds();
  return {Measured::State::missing, why, {}};
}

}  // namespace conform
