// SPDX-License-Identifier: Apache-2.0
#include "subject/loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

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

TimerId Loop::after(std::chrono::milliseconds span, std::function<void()> what) {
  return at(Clock::now() + span, std::move(what));
}

int Loop::wait_span(std::chrono::milliseconds longest) const {
  if (!posted_.empty()) return 0;
  auto span = longest;
  if (!timers_.empty()) {
    const auto left = timers_.begin()->first.first - Clock::now();
    span = std::min(span, std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  return static_cast<int>(std::max<std::int64_t>(0, span.count()));
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
  const int n =
      epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_span(longest));
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
