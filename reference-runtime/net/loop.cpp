// SPDX-License-Identifier: Apache-2.0
// Loop: birth, connections in, deadlines, stop. Who serves what is in loop_serve.cpp.
#include "net/loop.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

#include "net/listener.hpp"
#include "net/loop_ids.hpp"
#include "net/outcome.hpp"

namespace osprey::net {
namespace {

TimerNode& node_of(void* table, std::uint32_t index) {
  return static_cast<LinkTable*>(table)->find(index)->timer;
}

}  // namespace

Loop::Loop(unsigned threads, unsigned stand_ins)
    : wheel_(node_of, &table_), crew_(*this, threads, stand_ins) {}

Loop::~Loop() = default;

Result<std::shared_ptr<Loop>> Loop::start(unsigned threads, unsigned stand_ins) {
  auto loop = std::make_shared<Loop>(threads, stand_ins);
  if (auto opened = loop->open(); !opened) {
    return std::move(opened.error());
  }
  if (auto started = loop->crew_.start(); !started) {
    return std::move(started.error());
  }
  return loop;
}

Result<void> Loop::open() {
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

Result<void> Loop::watch(int fd, std::uint64_t id, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (io().control_epoll(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return system_error(ErrorCode::no_resources, "cannot watch a descriptor", errno);
  }
  return {};
}

Result<std::uint64_t> Loop::add(Fd fd, std::unique_ptr<Protocol> protocol, std::unique_ptr<Tls> tls,
                                const LinkPolicy& policy, Tick deadline) {
  Link* const link = table_.acquire();
  if (link == nullptr) {
    return Error{stopping() ? ErrorCode::closed : ErrorCode::no_resources,
                 stopping() ? "the event loop is stopping" : "too many connections", 0};
  }
  link->fd = std::move(fd);
  link->protocol = std::move(protocol);
  link->tls = std::move(tls);
  link->policy = &policy;
  link->phase_deadline = deadline;
  const std::uint64_t id = LinkTable::publish(*link);
  if (auto watched = watch(link->fd.get(), id, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
      !watched) {
    table_.release(*link);
    finish_if_drained();
    return std::move(watched.error());
  }
  if (deadline != kNever) {
    arm(*link, deadline);
  }
  let_go_to_others(*link);
  return id;
}

Result<void> Loop::add(const std::shared_ptr<Listener>& listener) {
  const std::lock_guard lock(stop_mutex_);
  if (stopping()) {
    return Error{ErrorCode::closed, "the event loop is stopping", 0};
  }
  listeners_.push_back(listener);
  return watch(listener->fd(), kFirstListenerId + listeners_.size() - 1, EPOLLIN | EPOLLET);
}

void Loop::accept(std::uint64_t id) {
  std::shared_ptr<Listener> listener;
  {
    const std::lock_guard lock(stop_mutex_);
    if (id - kFirstListenerId < listeners_.size()) {
      listener = listeners_[id - kFirstListenerId];
    }
  }
  if (listener == nullptr) {
    return;
  }
  switch (listener->accept(*this)) {
    case Listener::Outcome::drained:
      break;
    case Listener::Outcome::more:
      hand_over(id);
      break;
    case Listener::Outcome::starved:
      // No descriptors, or no memory: those who knock wait in the kernel's queue, and we do not
      // spin.
      serve_later(id, std::chrono::milliseconds(100));
      break;
  }
}

void Loop::arm(Link& link, Tick when) {
  const std::lock_guard lock(timer_mutex_);
  wheel_.arm(link.index, when);
  set_timer();
}

void Loop::serve_later(std::uint64_t id, std::chrono::milliseconds delay) {
  const std::lock_guard lock(timer_mutex_);
  alarms_.push_back({tick_after(std::max(delay, std::chrono::milliseconds(1))), id});
  set_timer();
}

// Under timer_mutex_. The kernel is asked only when something is due earlier than what it was told.
void Loop::set_timer() {
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

void Loop::serve_timers(Scratch& scratch) {
  std::vector<std::uint32_t> fired;
  std::vector<std::uint64_t> alarms;
  {
    const std::lock_guard lock(timer_mutex_);
    io().read_event(timer_.get());
    timer_set_ = kNever;
    const Tick now = now_tick();
    wheel_.advance(now, fired);
    std::erase_if(alarms_, [&](const Alarm& alarm) {
      if (alarm.when > now) {
        return false;
      }
      alarms.push_back(alarm.id);
      return true;
    });
    set_timer();
  }
  // Marked first and served by whoever comes: a handler that blocks must not hold up the other
  // deadlines.
  for (const std::uint32_t index : fired) {
    mark(table_.find(index)->id(), kTimer);
  }
  for (const std::uint64_t id : alarms) {
    serve({id, EPOLLIN}, scratch);
  }
}

void Loop::begin_stop(std::chrono::milliseconds drain) {
  {
    const std::lock_guard lock(stop_mutex_);
    if (stopping_.exchange(true)) {
      return;
    }
    for (const auto& listener : listeners_) {
      listener->close();
    }
  }
  for (const std::uint64_t id : table_.close()) {
    mark(id, kStop);
  }
  serve_later(kDrainId, drain);
  finish_if_drained();
}

void Loop::stop(std::chrono::milliseconds drain) {
  begin_stop(drain);
  if (on_own_thread()) {
    return;
  }
  const std::lock_guard lock(join_mutex_);
  crew_.join();
  // Handles may keep this object for long; it must not keep descriptors.
  epoll_.reset();
  {
    const std::lock_guard timer_lock(timer_mutex_);
    timer_.reset();
  }
  const std::lock_guard handed_lock(handed_mutex_);
  event_.reset();
}

void Loop::finish_if_drained() {
  if (stopping() && table_.count() == 0) {
    give_up();
  }
}

void Loop::give_up() {
  done_.store(true, std::memory_order_seq_cst);
  wake();
  crew_.wake_all();
}

}  // namespace osprey::net
