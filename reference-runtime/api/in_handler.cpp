// SPDX-License-Identifier: Apache-2.0
#include "api/in_handler.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace osprey::api {
namespace {

// The threads that wait for handlers.
class Waiting {
 public:
  // Never destroyed: one of them may outlive everything else.
  static Waiting& all() {
    static Waiting& waiting = *new Waiting;
    return waiting;
  }

  bool finished_within(std::chrono::milliseconds span) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, span, [this] { return count_ == 0; });
  }

  void begin(std::function<void()> work) {
    count(1);
    std::thread([this, work = std::move(work)]() mutable {
      work();
      work = nullptr;
      count(-1);
    }).detach();
  }

 private:
  void count(int change) {
    const std::lock_guard lock(mutex_);
    count_ += change;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// A process that ends lets them finish, for they use what its end destroys; but not for ever: it
// may end inside the very handler that one of them waits for.
struct LastWait {
  LastWait() = default;
  LastWait(const LastWait&) = delete;
  LastWait& operator=(const LastWait&) = delete;
  ~LastWait() { (void)Waiting::all().finished_within(std::chrono::seconds(1)); }
};

}  // namespace

thread_local unsigned InHandler::depth = 0;

void outside_handlers(std::function<void()> work) {
  if (InHandler::here()) {
    static const LastWait last_wait;
    Waiting::all().begin(std::move(work));
  } else {
    work();
  }
}

void EndOutsideHandlers::operator()(Object* object) const {
  outside_handlers([object] { delete object; });
}

}  // namespace osprey::api
