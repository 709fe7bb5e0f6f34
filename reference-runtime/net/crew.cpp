// SPDX-License-Identifier: Apache-2.0
#include "net/crew.hpp"

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

// How long a handler may hold up everybody before stand-ins come.
constexpr std::chrono::milliseconds kLook{5};
// Looks without anything to see before the watchdog sleeps; an idle loop wakes nobody.
constexpr int kLooksBeforeSleep = 20;
// How long a stand-in waits for an event, and how long it stays parked before it goes.
constexpr int kStandInWaitMs = 500;
// Computing for so long without serving another event holds up everybody, as sleeping does.
constexpr std::chrono::milliseconds kLongComputation{30};
// How many more stand-ins are called each time, for each thread that is held up.
constexpr unsigned kGrowth = 3;

thread_local const Crew* crew_of_thread = nullptr;

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

Crew::Crew(Reactor& reactor, Served& served, unsigned threads, unsigned stand_ins)
    : reactor_(reactor),
      served_(served),
      threads_(threads),
      stand_ins_(stand_ins),
      members_(threads + stand_ins) {}

Crew::~Crew() = default;

bool Crew::is_member() const {
  return crew_of_thread == this;
}

Result<void> Crew::start() {
  bool all = true;
  for (unsigned i = 0; i < threads_ && all; ++i) {
    all = launch(false);
  }
  if (all && stand_ins_ > 0) {
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

void Crew::join() {
  if (watchdog_.joinable()) {
    wake_watchdog();
    watchdog_.join();  // from here on nobody starts or reaps members
  }
  for (const auto& member : members_) {
    if (member != nullptr && member->thread.joinable()) {
      member->thread.join();
    }
  }
}

void Crew::finish() {
  reactor_.finish();
  wake_watchdog();
  const std::lock_guard lock(park_mutex_);
  park_wake_.notify_all();
}

void Crew::wake_watchdog() {
  const std::lock_guard lock(watch_mutex_);
  watch_again_ = true;
  watch_wake_.notify_one();
}

// Starts one more thread in the first free place; false when there is none or the system refuses.
bool Crew::launch(bool stand_in) {
  const unsigned places = places_.load(std::memory_order_relaxed);
  unsigned at = 0;
  while (at < places && members_[at]->state.load(std::memory_order_acquire) != State::free) {
    ++at;
  }
  if (at == members_.size()) {
    return false;
  }
  try {
    if (at == places) {
      members_[at] = std::make_unique<Member>();
    }
    Member& member = *members_[at];
    if (member.thread.joinable()) {
      member.thread.join();  // a stand-in that went
    }
    member.stand_in = stand_in;
    member.state.store(State::serving, std::memory_order_release);
    places_.store(std::max(places, at + 1), std::memory_order_release);
    try {
      member.thread = std::thread([this, &member] { run(member); });
    } catch (const std::system_error&) {
      member.state.store(State::free, std::memory_order_release);
      return false;
    }
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

void Crew::run(Member& member) {
  crew_of_thread = this;
  member.tid.store(::gettid(), std::memory_order_relaxed);
  while (serve_next(member) || wait(member)) {
  }
  member.scratch = Scratch{};
  crew_of_thread = nullptr;
  member.state.store(State::free, std::memory_order_release);
}

bool Crew::serve_next(Member& member) {
  Event event;
  if (!member.batch.take(event) && !steal(member, event)) {
    // A connection that always has more to read must not keep epoll's events from being seen.
    if (!std::exchange(member.polled, false) || !reactor_.take_handed_over(event)) {
      return false;
    }
  }
  // Only this thread writes it.
  member.served.store(member.served.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  served_.serve(event, member.scratch);
  return true;
}

// Takes an event from the batch of a thread that is held up.
bool Crew::steal(Member& member, Event& event) {
  const unsigned places = places_.load(std::memory_order_acquire);
  if (places == 1) {
    return false;
  }
  for (unsigned i = 0; i < places; ++i) {
    Member& other = *members_[i];
    if (&other != &member && other.batch.take(event)) {
      return true;
    }
  }
  return false;
}

// True: there may be something to serve. False: this thread is to end.
bool Crew::wait(Member& member) {
  if (reactor_.finished()) {
    return false;
  }
  member.scratch.tidy();
  if (member.stand_in &&
      (!regulars_held_up_.load(std::memory_order_relaxed) || count(State::waiting) >= threads_)) {
    return park(member);
  }
  std::array<epoll_event, Batch::kCapacity> events;
  // With several threads a batch is kept small, so that the others get a share while one is served.
  const int size = threads_ == 1 && !member.stand_in ? Batch::kCapacity : 8;
  member.state.store(State::waiting, std::memory_order_seq_cst);
  const int timeout_ms = reactor_.has_handed_over() ? 0 : member.stand_in ? kStandInWaitMs : -1;
  const int count = reactor_.wait(events.data(), size, timeout_ms);
  member.state.store(State::serving, std::memory_order_seq_cst);
  if (count > 0) {
    member.batch.fill(events.data(), static_cast<unsigned>(count));
    rouse_watchdog();
  }
  member.polled = true;
  return true;
}

// Waits until the watchdog calls. False: nobody needed it for long, or all is finished.
bool Crew::park(Member& member) {
  member.scratch = Scratch{};
  std::unique_lock lock(park_mutex_);
  member.state.store(State::parked, std::memory_order_seq_cst);
  ++parked_;
  park_wake_.wait_for(lock, std::chrono::milliseconds(kStandInWaitMs),
                      [this] { return tickets_ > 0 || reactor_.finished(); });
  --parked_;
  member.state.store(State::serving, std::memory_order_seq_cst);
  if (tickets_ == 0) {
    return false;
  }
  --tickets_;
  return true;
}

void Crew::rouse_watchdog() {
  if (watchdog_sleeps_.load(std::memory_order_seq_cst) && watchdog_sleeps_.exchange(false)) {
    wake_watchdog();
  }
}

void Crew::watch() {
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

unsigned Crew::count(State state) const {
  const unsigned places = places_.load(std::memory_order_acquire);
  unsigned found = 0;
  for (unsigned i = 0; i < places; ++i) {
    found += members_[i]->state.load(std::memory_order_seq_cst) == state ? 1U : 0U;
  }
  return found;
}

// Sleeping in a handler, or computing in it for long. One that merely waits for a processor is
// better left alone.
bool Crew::held_up_for_long(Member& member) {
  const std::uint32_t served = member.seen;
  if (cpu_time(member.thread) - member.cpu_at_progress > kLongComputation) {
    return true;
  }
  // It may have gone on to wait for events meanwhile, which is sleeping too: so look again
  // afterwards.
  return is_asleep(member.tid.load(std::memory_order_relaxed)) &&
         member.served.load(std::memory_order_seq_cst) == served &&
         member.state.load(std::memory_order_seq_cst) == State::serving;
}

// True when somebody serves.
bool Crew::look() {
  const unsigned places = places_.load(std::memory_order_relaxed);
  unsigned serving = 0;
  unsigned held_up = 0;
  bool regular_is_free = false;
  bool batch_waits = reactor_.has_handed_over();
  for (unsigned i = 0; i < places; ++i) {
    Member& member = *members_[i];
    const std::uint32_t served = member.served.load(std::memory_order_relaxed);
    const bool moved = served != member.seen;
    member.seen = served;
    if (member.state.load(std::memory_order_acquire) != State::serving) {
      regular_is_free = regular_is_free || !member.stand_in;
      continue;
    }
    ++serving;
    if (moved) {
      member.cpu_at_progress = cpu_time(member.thread);
      regular_is_free = regular_is_free || !member.stand_in;
    } else if (held_up_for_long(member)) {
      ++held_up;
      batch_waits = batch_waits || member.batch.left() > 0;
    }
  }
  regulars_held_up_.store(!regular_is_free && held_up > 0, std::memory_order_relaxed);
  if (count(State::waiting) > 0) {
    if (batch_waits && held_up > 0) {
      reactor_.wake();  // somebody who waits takes from the others' batches
    }
  } else if (held_up > 0 && held_up == serving) {
    call_stand_ins(held_up * kGrowth);
  }
  return serving > 0;
}

// First those who are parked, then new ones.
void Crew::call_stand_ins(unsigned count) {
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
