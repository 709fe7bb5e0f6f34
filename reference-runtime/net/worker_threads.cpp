// SPDX-License-Identifier: Apache-2.0
#include "net/worker_threads.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace osprey::net {
namespace {

// How long a handler may hold up everybody before spare threads come.
constexpr std::chrono::milliseconds kLook{5};
// Looks without anything to see before the watchdog sleeps; an idle loop wakes nobody.
constexpr int kLooksBeforeSleep = 20;
// How long a spare thread waits for an event, and how long it stays parked before it goes.
constexpr int kSpareWaitMs = 500;
// Computing for so long without serving another event holds up everybody, as sleeping does.
constexpr std::chrono::milliseconds kLongComputation{30};
// How many more spare threads are called each time, for each thread that is held up.
constexpr unsigned kGrowth = 3;

thread_local const WorkerThreads* workers_of_thread = nullptr;

// Whether the kernel has that thread of ours waiting for something: "pid (name) S ...".
bool is_asleep(pid_t tid) {
  std::ifstream file("/proc/self/task/" + std::to_string(tid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= line.size()) {
    return false;
  }
  return line[name_end + 2] == 'S' || line[name_end + 2] == 'D';
}

std::chrono::nanoseconds cpu_time(std::thread& thread) {
  clockid_t clock{};
  timespec time{};
  if (::pthread_getcpuclockid(thread.native_handle(), &clock) != 0 ||
      ::clock_gettime(clock, &time) != 0) {
    return {};
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

WorkerThreads::WorkerThreads(Reactor& reactor, Served& served, unsigned threads, unsigned spares)
    : reactor_(reactor),
      served_(served),
      threads_(threads),
      spares_(spares),
      all_(threads + spares) {}

WorkerThreads::~WorkerThreads() = default;

bool WorkerThreads::is_worker() const {
  return workers_of_thread == this;
}

Result<void> WorkerThreads::start() {
  bool all = true;
  for (unsigned i = 0; i < threads_ && all; ++i) {
    all = launch(false);
  }
  if (all && spares_ > 0) {
    try {
      watchdog_ = std::thread([this] { watch(); });
    } catch (const std::system_error&) {
      all = false;
    }
  }
  if (!all) {
    finish();
    join();
    return Error{ErrorCode::no_resources, "cannot start the loop's threads", 0};
  }
  return {};
}

void WorkerThreads::join() {
  if (watchdog_.joinable()) {
    wake_watchdog();
    watchdog_.join();  // from here on nobody starts or reaps threads
  }
  for (const auto& worker : all_) {
    if (worker != nullptr && worker->thread.joinable()) {
      worker->thread.join();
    }
  }
}

void WorkerThreads::finish() {
  reactor_.finish();
  wake_watchdog();
  const std::lock_guard lock(park_mutex_);
  park_wake_.notify_all();
}

void WorkerThreads::wake_watchdog() {
  const std::lock_guard lock(watch_mutex_);
  watch_again_ = true;
  watch_wake_.notify_one();
}

// Starts one more thread in the first free place; false when there is none or the system refuses.
bool WorkerThreads::launch(bool spare) {
  const unsigned places = places_.load(std::memory_order_relaxed);
  unsigned at = 0;
  while (at < places && all_[at]->state.load(std::memory_order_acquire) != State::free) {
    ++at;
  }
  if (at == all_.size()) {
    return false;
  }
  try {
    if (at == places) {
      all_[at] = std::make_unique<Worker>();
    }
    Worker& worker = *all_[at];
    if (worker.thread.joinable()) {
      worker.thread.join();  // a spare thread that went
    }
    worker.spare = spare;
    worker.state.store(State::serving, std::memory_order_release);
    places_.store(std::max(places, at + 1), std::memory_order_release);
    try {
      worker.thread = std::thread([this, &worker] { run(worker); });
    } catch (const std::system_error&) {
      worker.state.store(State::free, std::memory_order_release);
      return false;
    }
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

void WorkerThreads::run(Worker& worker) {
  workers_of_thread = this;
  worker.tid.store(::gettid(), std::memory_order_relaxed);
  while (serve_next(worker) || wait(worker)) {
  }
  worker.scratch = Scratch{};
  workers_of_thread = nullptr;
  worker.state.store(State::free, std::memory_order_release);
}

bool WorkerThreads::serve_next(Worker& worker) {
  Event event;
  if (!worker.ready.take(event) && !steal(worker, event)) {
    // A connection that always has more to read must not keep epoll's events from being seen.
    if (!std::exchange(worker.polled, false) || !reactor_.take_handed_over(event)) {
      return false;
    }
  }
  // Only this thread writes it.
  worker.served.store(worker.served.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  served_.serve(event, worker.scratch);
  return true;
}

// Takes an event from the ready queue of a thread that is held up.
bool WorkerThreads::steal(Worker& worker, Event& event) {
  const unsigned places = places_.load(std::memory_order_acquire);
  if (places == 1) {
    return false;
  }
  for (unsigned i = 0; i < places; ++i) {
    Worker& other = *all_[i];
    if (&other != &worker && other.ready.take(event)) {
      return true;
    }
  }
  return false;
}

// True: there may be something to serve. False: this thread is to end.
bool WorkerThreads::wait(Worker& worker) {
  if (reactor_.finished()) {
    return false;
  }
  worker.scratch.tidy();
  if (worker.spare &&
      (!regulars_held_up_.load(std::memory_order_relaxed) || count(State::waiting) >= threads_)) {
    return park(worker);
  }
  std::array<epoll_event, ReadyQueue::kCapacity> events;
  // With several threads a ready queue is kept small, so that the others get a share while one is
  // served.
  const int size = threads_ == 1 && !worker.spare ? ReadyQueue::kCapacity : 8;
  worker.state.store(State::waiting, std::memory_order_seq_cst);
  const int timeout_ms = reactor_.has_handed_over() ? 0 : worker.spare ? kSpareWaitMs : -1;
  const int count = reactor_.wait(events.data(), size, timeout_ms);
  worker.state.store(State::serving, std::memory_order_seq_cst);
  if (count > 0) {
    worker.ready.fill(events.data(), static_cast<unsigned>(count));
    wake_sleeping_watchdog();
  }
  worker.polled = true;
  return true;
}

// Waits until the watchdog calls. False: nobody needed it for long, or all is finished.
bool WorkerThreads::park(Worker& worker) {
  worker.scratch = Scratch{};
  std::unique_lock lock(park_mutex_);
  worker.state.store(State::parked, std::memory_order_seq_cst);
  ++parked_;
  park_wake_.wait_for(lock, std::chrono::milliseconds(kSpareWaitMs),
                      [this] { return tickets_ > 0 || reactor_.finished(); });
  --parked_;
  worker.state.store(State::serving, std::memory_order_seq_cst);
  if (tickets_ == 0) {
    return false;
  }
  --tickets_;
  return true;
}

void WorkerThreads::wake_sleeping_watchdog() {
  if (watchdog_sleeps_.load(std::memory_order_seq_cst) && watchdog_sleeps_.exchange(false)) {
    wake_watchdog();
  }
}

void WorkerThreads::watch() {
  int quiet = 0;
  std::unique_lock lock(watch_mutex_);
  while (!reactor_.finished()) {
    if (quiet < kLooksBeforeSleep) {
      watch_wake_.wait_for(lock, kLook, [this] { return watch_again_; });
    } else {
      watchdog_sleeps_.store(true, std::memory_order_seq_cst);
      // A thread that left its wait before it could see the flag is seen here.
      if (count(State::serving) == 0) {
        watch_wake_.wait(lock, [this] { return watch_again_; });
      }
      watchdog_sleeps_.store(false, std::memory_order_seq_cst);
      quiet = 0;
    }
    watch_again_ = false;
    lock.unlock();
    quiet = look() ? 0 : quiet + 1;
    lock.lock();
  }
}

unsigned WorkerThreads::count(State state) const {
  const unsigned places = places_.load(std::memory_order_acquire);
  unsigned found = 0;
  for (unsigned i = 0; i < places; ++i) {
    found += all_[i]->state.load(std::memory_order_seq_cst) == state ? 1U : 0U;
  }
  return found;
}

// Sleeping in a handler, or computing in it for long. One that merely waits for a processor is
// better left alone.
bool WorkerThreads::held_up_for_long(Worker& worker) {
  const std::uint32_t served = worker.seen;
  if (cpu_time(worker.thread) - worker.cpu_at_progress > kLongComputation) {
    return true;
  }
  // It may have gone on to wait for events meanwhile, which is sleeping too: so look again
  // afterwards.
  return is_asleep(worker.tid.load(std::memory_order_relaxed)) &&
         worker.served.load(std::memory_order_seq_cst) == served &&
         worker.state.load(std::memory_order_seq_cst) == State::serving;
}

// True when somebody serves.
bool WorkerThreads::look() {
  const unsigned places = places_.load(std::memory_order_relaxed);
  unsigned serving = 0;
  unsigned held_up = 0;
  bool regular_is_free = false;
  bool ready_waits = reactor_.has_handed_over();
  for (unsigned i = 0; i < places; ++i) {
    Worker& worker = *all_[i];
    const std::uint32_t served = worker.served.load(std::memory_order_relaxed);
    const bool moved = served != worker.seen;
    worker.seen = served;
    if (worker.state.load(std::memory_order_acquire) != State::serving) {
      regular_is_free = regular_is_free || !worker.spare;
      continue;
    }
    ++serving;
    if (moved) {
      worker.cpu_at_progress = cpu_time(worker.thread);
      regular_is_free = regular_is_free || !worker.spare;
    } else if (held_up_for_long(worker)) {
      ++held_up;
      ready_waits = ready_waits || worker.ready.left() > 0;
    }
  }
  regulars_held_up_.store(!regular_is_free && held_up > 0, std::memory_order_relaxed);
  if (count(State::waiting) > 0) {
    if (ready_waits && held_up > 0) {
      reactor_.wake();  // somebody who waits takes from the others' ready queues
    }
  } else if (held_up > 0 && held_up == serving) {
    call_spares(held_up * kGrowth);
  }
  return serving > 0;
}

// First those who are parked, then new ones.
void WorkerThreads::call_spares(unsigned count) {
  unsigned called = 0;
  {
    const std::lock_guard lock(park_mutex_);
    called = std::min(count, parked_ > tickets_ ? parked_ - tickets_ : 0);
    tickets_ += called;
  }
  park_wake_.notify_all();
  while (called < count && launch(true)) {
    ++called;
  }
}

}  // namespace osprey::net
