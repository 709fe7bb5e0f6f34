// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "subject/loop.hpp"

namespace conform {

enum class SystemCall : std::uint8_t { bind, listen, options };

// What a process and its children ask of the system on the way to a listening socket: counted, and
// denied where told to. By a seccomp filter with a listener, so Linux on x86-64 and arm64 only. The
// process waits in such a call until the loop has had its turn.
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
  void deny(std::optional<SystemCall> what) { denied_ = what; }
  // When bind() was called for an Internet address.
  const std::vector<TimePoint>& binds() const { return binds_; }
  void forget_binds() { binds_.clear(); }

  void on_ready(std::uint32_t events) override;

 private:
  int verdict_on(int number, int pid, std::uint64_t address);
  void close();

  Loop& loop_;
  std::function<void()> changed_;
  int ends_[2] = {-1, -1};  // ours, the child's
  int fd_ = -1;
  std::vector<TimePoint> binds_;
  std::optional<SystemCall> denied_;
};

}  // namespace conform
