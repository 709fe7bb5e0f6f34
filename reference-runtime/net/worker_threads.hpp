// SPDX-License-Identifier: Apache-2.0
// The threads of a loop. All wait on the same epoll; whoever takes an event serves it at once. When
// handlers hold up all of them, a watchdog starts spare threads, twice as many each time, and they
// go when they are not needed.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <osprey/result.hpp>
#include <thread>
#include <vector>

#include "net/reactor.hpp"
#include "net/ready_queue.hpp"
#include "net/scratch.hpp"

namespace osprey::net {

// What these threads are there for.
class Served {
 public:
  Served() = default;
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  virtual ~Served() = default;
  virtual void serve(const Event& event, Scratch& scratch) = 0;
};

class WorkerThreads {
 public:
  // All events of the reactor, and what was handed over to it, reach `served`.
  WorkerThreads(Reactor& reactor, Served& served, unsigned threads, unsigned spares);
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;
  ~WorkerThreads();  // join() must have been called if start() succeeded

  Result<void> start();
  // Waits for all threads; they end when the reactor is finished.
  void join();
  // Ends all threads: what they serve at the moment is served to its end.
  void finish();
  // True on one of these threads.
  bool is_worker() const;

 private:
  enum class State : std::uint8_t { free, waiting, serving, parked };

  // Kept until all of them go, so that others may look into its ready queue at any time.
  struct Worker {
    ReadyQueue ready;
    Scratch scratch;
    std::atomic<State> state{State::free};
    std::atomic<std::uint32_t> served{0};
    std::atomic<pid_t> tid{0};
    // The watchdog's: what it saw at its last look.
    std::uint32_t seen = 0;
    std::chrono::nanoseconds cpu_at_progress{0};

    bool polled = false;  // epoll was asked since the last connection that was handed over
    bool spare = false;
    std::thread thread;
  };

  void run(Worker& worker);
  bool serve_next(Worker& worker);
  bool steal(Worker& worker, Event& event);
  bool wait(Worker& worker);
  bool park(Worker& worker);
  void wake_sleeping_watchdog();
  void wake_watchdog();

  void watch();
  unsigned count(State state) const;
  bool look();
  static bool held_up_for_long(Worker& worker);
  void call_spares(unsigned count);
  bool launch(bool spare);

  Reactor& reactor_;
  Served& served_;
  const unsigned threads_;
  const unsigned spares_;
  std::vector<std::unique_ptr<Worker>> all_;  // threads_ + stand_ins_ places, filled on demand
  std::atomic<unsigned> places_{0};           // all_[0, places_) exist
  std::atomic<bool> watchdog_sleeps_{false};
  std::mutex watch_mutex_;
  std::condition_variable watch_wake_;
  bool watch_again_ = false;  // under watch_mutex_
  std::atomic<bool> regulars_held_up_{false};
  std::mutex park_mutex_;
  std::condition_variable park_wake_;
  unsigned parked_ = 0;   // under park_mutex_
  unsigned tickets_ = 0;  // under park_mutex_: parked spare threads that are to serve
  std::thread watchdog_;
};

}  // namespace osprey::net
