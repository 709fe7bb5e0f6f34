// SPDX-License-Identifier: Apache-2.0
// Threads for handlers that read their request while it still arrives. All others run on the loop's
// threads.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace osprey::net {

class HandlerThreads {
 public:
  explicit HandlerThreads(unsigned most) : most_(most) {}
  HandlerThreads(const HandlerThreads&) = delete;
  HandlerThreads& operator=(const HandlerThreads&) = delete;
  ~HandlerThreads() { join(); }

  // Runs `work`, which must not throw, on a thread of its own. False: as many run as may, or the
  // system gives no more.
  bool launch(std::function<void()> work);
  // Waits until none runs; nobody launches meanwhile. Not on one of them.
  void join();
  // The caller is one of them.
  bool is_member() const;

 private:
  struct Member {
    std::thread thread;
    bool over = false;
  };
  using Members = std::list<Member>;

  bool add(std::function<void()> work);

  unsigned most_;
  std::mutex mutex_;  // guards what follows
  Members members_;
};

}  // namespace osprey::net
