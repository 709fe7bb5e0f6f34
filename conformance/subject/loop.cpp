// SPDX-License-Identifier: Apache-2.0
#include "subject/loop.hpp"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

namespace conform {

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Loop::~Loop() {
  if (epoll_ >= 0) ::close(epoll_);
}

void Loop::watch(int fd, std::uint32_t events, Watcher* watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watcher;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Loop::change(int fd, std::uint32_t events, Watcher* watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watcher;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::forget(int fd, Watcher* watcher) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  forgotten_.push_back(watcher);
}

TimerId Loop::at(TimePoint when, std::function<void()> what) {
  const TimerId id{when, next_timer_++};
  timers_.emplace(id, std::move(what));
  return id;
}

Clock::duration Loop::wait_span(std::chrono::milliseconds longest) const {
  if (!posted_.empty()) return Clock::duration::zero();
  Clock::duration span = longest;
  if (!timers_.empty()) span = std::min(span, timers_.begin()->first.first - Clock::now());
  return std::max(Clock::duration::zero(), span);
}

// Waits by the nanosecond where the kernel can (Linux 5.11), else by the millisecond, rounded up.
static int wait_for(int epoll, std::array<epoll_event, 128>& events, Clock::duration span) {
  const int room = static_cast<int>(events.size());
#ifdef SYS_epoll_pwait2
  static thread_local bool precise = true;
  if (precise) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
    const timespec limit{static_cast<time_t>(seconds.count()),
                         static_cast<long>(std::chrono::nanoseconds(span - seconds).count())};
    const long n = ::syscall(SYS_epoll_pwait2, epoll, events.data(), room, &limit, nullptr, 0);
    if (n >= 0 || errno == EINTR) return static_cast<int>(n);
    precise = false;
  }
#endif
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(span);
  return ::epoll_wait(epoll, events.data(), room, static_cast<int>(whole.count()));
}

// Those due at `now`, when the sockets were asked: what had come by then has been served, so that a
// deadline never overtakes octets that came in time.
void Loop::run_timers(TimePoint now) {
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto what = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    what();
  }
}

void Loop::round(std::chrono::milliseconds longest) {
  std::array<epoll_event, 128> events{};
  const int n = wait_for(epoll_, events, wait_span(longest));
  const TimePoint asked = Clock::now();
  forgotten_.clear();
  for (int i = 0; i < n; ++i) {
    auto* watcher = static_cast<Watcher*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (std::find(forgotten_.begin(), forgotten_.end(), watcher) != forgotten_.end()) continue;
    watcher->on_ready(events[static_cast<std::size_t>(i)].events);
  }
  run_timers(asked);
  std::vector<std::function<void()>> posted;
  posted.swap(posted_);
  for (auto& what : posted) what();
}

}  // namespace conform
