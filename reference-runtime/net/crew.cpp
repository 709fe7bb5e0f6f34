// SPDX-License-Identifier: Apache-2.0
#include "net/crew.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "net/loop.hpp"

namespace osprey::net {
namespace {

// How long a handler may hold up everybody before stand-ins come.
constexpr std::chrono::milliseconds kLook{5};
// Looks without anything to see before the watchdog sleeps; an idle loop wakes nobody.
constexpr int kLooksBeforeSleep = 20;
// A stand-in that got nothing to do for so long goes.
constexpr int kStandInWaitMs = 500;
// Stand-ins that may wait beside the regular threads before further ones go at once.
constexpr unsigned kSpareWaiting = 16;

// Looks for which handlers that compute may hold up everybody.
constexpr int kPatience = 10;

thread_local const Crew* crew_of_thread = nullptr;

// Whether the kernel has that thread of ours waiting for something. Unknown counts as yes.
bool is_asleep(pid_t tid) {
  std::ifstream file("/proc/self/task/" + std::to_string(tid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  return name_end == std::string::npos || name_end + 2 >= line.size() || line[name_end + 2] != 'R';
}

}  // namespace

Crew::Crew(Loop& loop, unsigned threads, unsigned stand_ins)
    : loop_(loop), threads_(threads), stand_ins_(stand_ins), members_(threads + stand_ins) {}

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
    loop_.give_up();
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
    if (!std::exchange(member.polled, false) || !loop_.take_handed_over(event)) {
      return false;
    }
  }
  member.served.fetch_add(1, std::memory_order_relaxed);
  loop_.serve(event, member.scratch);
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
  if (loop_.done() || superfluous(member)) {
    return false;
  }
  member.scratch.tidy();
  std::array<epoll_event, Batch::kCapacity> events;
  // With several threads a batch is kept small, so that the others get a share while one is served.
  const int size =
      threads_ == 1 && places_.load(std::memory_order_relaxed) == 1 ? Batch::kCapacity : 8;
  waiting_.fetch_add(1, std::memory_order_seq_cst);
  member.state.store(State::waiting, std::memory_order_seq_cst);
  const bool busy = loop_.has_handed_over();
  const int timeout_ms = busy ? 0 : member.stand_in ? kStandInWaitMs : -1;
  const int count = loop_.wait(events.data(), size, timeout_ms);
  member.state.store(State::serving, std::memory_order_seq_cst);
  waiting_.fetch_sub(1, std::memory_order_seq_cst);
  if (count > 0) {
    member.batch.fill(events.data(), static_cast<unsigned>(count));
    rouse_watchdog();
  }
  member.polled = true;
  return busy || count != 0 || !member.stand_in;
}

bool Crew::superfluous(const Member& member) const {
  return member.stand_in && waiting_.load(std::memory_order_relaxed) > threads_ + kSpareWaiting;
}

void Crew::rouse_watchdog() {
  if (watchdog_sleeps_.load(std::memory_order_seq_cst) && watchdog_sleeps_.exchange(false)) {
    wake_watchdog();
  }
}

void Crew::watch() {
  int quiet = 0;
  std::unique_lock lock(watch_mutex_);
  while (!loop_.done()) {
    if (quiet < kLooksBeforeSleep) {
      watch_wake_.wait_for(lock, kLook, [this] { return watch_again_; });
    } else {
      watchdog_sleeps_.store(true, std::memory_order_seq_cst);
      // A thread that left its wait before it could see the flag is seen here.
      if (!anyone_serves()) {
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

bool Crew::anyone_serves() const {
  const unsigned places = places_.load(std::memory_order_relaxed);
  for (unsigned i = 0; i < places; ++i) {
    if (members_[i]->state.load(std::memory_order_seq_cst) == State::serving) {
      return true;
    }
  }
  return false;
}

// True when somebody serves.
bool Crew::look() {
  const unsigned places = places_.load(std::memory_order_relaxed);
  unsigned serving = 0;
  unsigned asleep = 0;
  bool progress = false;
  bool held_up = false;  // a batch waits behind a blocked handler
  for (unsigned i = 0; i < places; ++i) {
    Member& member = *members_[i];
    const std::uint32_t served = member.served.load(std::memory_order_relaxed);
    const bool moved = served != member.seen;
    member.seen = served;
    if (member.state.load(std::memory_order_acquire) == State::serving) {
      ++serving;
      progress = progress || moved;
      held_up = held_up || (!moved && member.batch.left() > 0);
      asleep += !moved && is_asleep(member.tid.load(std::memory_order_relaxed)) ? 1U : 0U;
    }
  }
  held_up = held_up || loop_.has_handed_over();
  if (waiting_.load(std::memory_order_seq_cst) == 0) {
    // A thread that computes (or waits for a processor) is better left alone for a while than given
    // company.
    looks_without_progress_ = progress ? 0 : looks_without_progress_ + 1;
    if (!progress && (asleep == serving || looks_without_progress_ >= kPatience)) {
      add_stand_ins(serving);
    }
  } else if (held_up) {
    loop_.wake();  // somebody who waits takes from the others' batches
  }
  return serving > 0;
}

void Crew::add_stand_ins(unsigned count) {
  for (unsigned i = 0; i < std::max(1U, count); ++i) {
    if (!launch(true)) {
      break;
    }
  }
}

}  // namespace osprey::net
