// SPDX-License-Identifier: Apache-2.0
// What there is to serve: one epoll, edge-triggered and shared by all threads, deadlines, and ids
// that somebody handed over. Knows ids only, never what they stand for. Any thread may call.
//
// Both directions are watched from the start: an edge for writing comes only after the kernel
// refused bytes, so that costs nothing, and no epoll_ctl is made for each event.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <osprey/result.hpp>
#include <vector>

#include "net/event.hpp"
#include "net/io.hpp"
#include "net/timer_wheel.hpp"

namespace osprey::net {

class Reactor {
 public:
  Reactor(TimerWheel::NodeOf node_of, void* nodes) : wheel_(node_of, nodes) {}
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  Result<void> open();
  // Gives the descriptors back, once nobody waits any more.
  void close();

  Result<void> watch(int fd, std::uint64_t id, std::uint32_t events);
  // As epoll_wait(), by whose events kWakeId and kTimerId come too: for them on_wake() and
  // take_due() are to be called.
  int wait(epoll_event* events, int size, int timeout_ms) {
    return io().wait_epoll(epoll_.get(), events, size, timeout_ms);
  }

  // One deadline for an index at a time, the earliest; it is over when it has fired.
  void arm(std::uint32_t index, Tick when);
  void disarm(std::uint32_t index);
  void hand_over_later(std::uint64_t id, std::chrono::milliseconds delay);
  struct Due {
    std::vector<std::uint32_t> indices;
    std::vector<std::uint64_t> ids;
  };
  Due take_due();

  // Some thread will serve it: as readable, even if nothing else is to be done, for an owner that
  // hands over before it lets go must be told to go on.
  void hand_over(std::uint64_t id);
  bool has_handed_over() const { return handed_count_.load(std::memory_order_acquire) > 0; }
  bool take_handed_over(Event& event);

  // Wakes one that waits.
  void wake();
  void on_wake();
  // Wakes all, for the last time.
  void finish();
  bool finished() const { return finished_.load(std::memory_order_acquire); }

 private:
  void write_event();
  void set_timer();

  struct Alarm {
    Tick when;
    std::uint64_t id;
  };

  Fd epoll_;
  Fd timer_;

  std::mutex timer_mutex_;  // guards what follows
  TimerWheel wheel_;
  std::vector<Alarm> alarms_;
  Tick timer_set_ = kNever;

  std::mutex handed_mutex_;  // guards what follows
  Fd event_;
  std::deque<std::uint64_t> handed_;
  std::atomic<std::size_t> handed_count_{0};

  std::atomic<bool> finished_{false};
};

}  // namespace osprey::net
