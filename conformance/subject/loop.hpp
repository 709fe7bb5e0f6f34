// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <vector>

#include "subject/clock.hpp"

namespace conform {

// What waits for a descriptor. Told by the loop, on its thread.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(std::uint32_t events) = 0;
};

// One epoll loop with timers. What runs on it, runs in one thread.
class Loop : public Clockwork {
 public:
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void watch(int fd, std::uint32_t events, Watcher* watcher);
  void change(int fd, std::uint32_t events, Watcher* watcher);
  // Also while events of the same round are being told: the watcher hears nothing more.
  void forget(int fd, Watcher* watcher);

  TimePoint now() const override { return Clock::now(); }
  TimerId at(TimePoint when, std::function<void()> what) override;
  void cancel(const TimerId& id) override { timers_.erase(id); }
  void post(std::function<void()> what) override { posted_.push_back(std::move(what)); }

  // One round: waits for the next event or timer, at most `longest`.
  void round(std::chrono::milliseconds longest);

 private:
  Clock::duration wait_span(std::chrono::milliseconds longest) const;
  void run_timers(TimePoint now);

  int epoll_ = -1;
  std::uint64_t next_timer_ = 0;
  std::map<TimerId, std::function<void()>> timers_;
  std::vector<std::function<void()>> posted_;
  std::vector<Watcher*> forgotten_;
};

}  // namespace conform
