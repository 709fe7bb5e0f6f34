// SPDX-License-Identifier: Apache-2.0
#include "net/reactor.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

#include "net/outcome.hpp"

namespace osprey::net {

Result<void> Reactor::open() {
  epoll_ = Fd(io().create_epoll());
  if (!epoll_.valid()) {
    return system_error(ErrorCode::no_resources, "cannot create an epoll descriptor", errno);
  }
  event_ = Fd(io().create_event());
  if (!event_.valid()) {
    return system_error(ErrorCode::no_resources, "cannot create an event descriptor", errno);
  }
  timer_ = Fd(io().create_timer());
  if (!timer_.valid()) {
    return system_error(ErrorCode::no_resources, "cannot create a timer descriptor", errno);
  }
  // Level-triggered: at the end all threads have to see it.
  if (auto watched = watch(event_.get(), kWakeId, EPOLLIN); !watched) {
    return watched;
  }
  return watch(timer_.get(), kTimerId, EPOLLIN | EPOLLET);
}

void Reactor::close() {
  epoll_.reset();
  {
    const std::lock_guard lock(timer_mutex_);
    timer_.reset();
  }
  const std::lock_guard lock(handed_mutex_);
  event_.reset();
}

Result<void> Reactor::watch(int fd, std::uint64_t id, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (io().control_epoll(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return system_error(ErrorCode::no_resources, "cannot watch a descriptor", errno);
  }
  return {};
}

void Reactor::arm(std::uint32_t index, Tick when) {
  const std::lock_guard lock(timer_mutex_);
  wheel_.arm(index, when);
  set_timer();
}

void Reactor::disarm(std::uint32_t index) {
  const std::lock_guard lock(timer_mutex_);
  wheel_.disarm(index);
}

void Reactor::hand_over_later(std::uint64_t id, std::chrono::milliseconds delay) {
  const std::lock_guard lock(timer_mutex_);
  alarms_.push_back({tick_after(std::max(delay, std::chrono::milliseconds(1))), id});
  set_timer();
}

// Under timer_mutex_. The kernel is asked only when something is due earlier than what it was told.
void Reactor::set_timer() {
  Tick next = wheel_.next();
  for (const Alarm& alarm : alarms_) {
    next = next == kNever ? alarm.when : std::min(next, alarm.when);
  }
  if (next == kNever || (timer_set_ != kNever && timer_set_ <= next)) {
    return;
  }
  const auto at = time_of(next).time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds(at - seconds).count();
  // Tried twice: with it a deadline would be lost.
  const bool set =
      io().set_timer(timer_.get(), &when) == 0 || io().set_timer(timer_.get(), &when) == 0;
  timer_set_ = set ? next : kNever;
}

Reactor::Due Reactor::take_due() {
  Due due;
  const std::lock_guard lock(timer_mutex_);
  io().read_event(timer_.get());
  timer_set_ = kNever;
  const Tick now = now_tick();
  wheel_.advance(now, due.indices);
  std::erase_if(alarms_, [&](const Alarm& alarm) {
    if (alarm.when > now) {
      return false;
    }
    due.ids.push_back(alarm.id);
    return true;
  });
  set_timer();
  return due;
}

void Reactor::hand_over(std::uint64_t id) {
  const std::lock_guard lock(handed_mutex_);
  handed_.push_back(id);
  handed_count_.store(handed_.size(), std::memory_order_release);
  if (handed_.size() == 1) {
    write_event();
  }
}

bool Reactor::take_handed_over(Event& event) {
  if (!has_handed_over()) {
    return false;
  }
  const std::lock_guard lock(handed_mutex_);
  if (handed_.empty()) {
    return false;
  }
  event = {handed_.front(), EPOLLIN};
  handed_.pop_front();
  handed_count_.store(handed_.size(), std::memory_order_release);
  return true;
}

void Reactor::wake() {
  const std::lock_guard lock(handed_mutex_);
  write_event();
}

// Under handed_mutex_. A wake must not be lost, so it is tried again; the kernel refuses it only
// for a count near 2^64.
void Reactor::write_event() {
  for (int tries = 0; event_.valid() && tries < 3; ++tries) {
    if (io().write_event(event_.get()) >= 0) {
      return;
    }
  }
}

void Reactor::on_wake() {
  io().read_event(event_.get());
  // Whoever takes the last wake must pass it on, or another thread would sleep through the end.
  if (finished()) {
    wake();
  }
}

void Reactor::finish() {
  finished_.store(true, std::memory_order_seq_cst);
  wake();
}

}  // namespace osprey::net
