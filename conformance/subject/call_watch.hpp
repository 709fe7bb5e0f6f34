// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "subject/loop.hpp"

namespace conform {

enum class SystemCall : std::uint8_t { bind, listen, options };

// What a process and its children ask of the system on the way to a listening socket: counted, and
// denied where told to. By a seccomp filter with a listener, so Linux on x86-64 and arm64 only. The
// process waits in such a call until it is answered, so a thread of the watch's own answers: a turn
// of the loop may last, and would lengthen the pauses between calls. All functions are for the
// loop's thread, which `changed` is called on as well.
class CallWatch : public Watcher {
 public:
  CallWatch(Loop& loop, std::function<void()> changed)
      : loop_(loop), changed_(std::move(changed)) {}
  ~CallWatch() override;
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  // Before fork. An empty string, or why not.
  std::string prepare();
  // In the child, before exec: from here on it is watched. Only calls that are safe there.
  void enter() const noexcept;
  // After exec. An empty string, or why this system lets nobody watch.
  std::string begin();

  // bind() fails with EACCES, as on a privileged port; listen() with EOPNOTSUPP; setsockopt() with
  // ENOBUFS. One of them at a time.
  void deny(std::optional<SystemCall> what);
  // When bind() was called for an Internet address.
  std::vector<TimePoint> binds() const;
  void forget_binds();

  void on_ready(std::uint32_t events) override;

 private:
  int verdict_on(int number, int pid, std::uint64_t address);
  void answer_calls();
  void answer_one();

  Loop& loop_;
  std::function<void()> changed_;
  int ends_[2] = {-1, -1};  // ours, the child's
  int fd_ = -1;
  int told_ = -1;  // the thread tells the loop that there was a call
  int stop_ = -1;  // the loop tells the thread to end
  std::thread answering_;
  mutable std::mutex mutex_;  // for what follows
  std::vector<TimePoint> binds_;
  std::optional<SystemCall> denied_;
};

}  // namespace conform
