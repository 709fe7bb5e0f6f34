// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "subject/loop.hpp"

namespace conform {

class CallWatch;

// What /proc says about a process and its children.
struct Usage {
  bool known = false;           // memory was seen, now or by sample() while the process lived
  std::uint64_t resident = 0;   // octets
  std::uint64_t peak = 0;       // the most it was since reset_peak()
  std::uint64_t cpu_ticks = 0;  // user and system
  int descriptors = 0;
  int threads = 0;
};

// Whether a program works or waits, by its threads that live.
struct Pulse {
  std::uint64_t wanted_ns = 0;  // they have run, or have waited for a processor
  bool wants = false;           // one of them does now, or waits for a disk
};

// How a program ended.
struct Ending {
  enum class Kind : std::uint8_t { none, exit, signal };
  Kind kind = Kind::none;  // none: it has not
  int number = 0;
  bool clean() const { return kind == Kind::exit && number == 0; }
  // "exit code 3" or "signal 11 (Segmentation fault)".
  std::string text() const;
};

// A program under test, in a process group of its own, its output in a log file.
class Process {
 public:
  Process() = default;
  ~Process() { stop(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // An empty string, or why it cannot be started. `talk` becomes its standard input and output, if
  // given; else it reads nothing and its output goes to the log. `watch`, if given, sees its calls.
  std::string start(const std::vector<std::string>& command, const std::string& log_file,
                    int talk = -1, CallWatch* watch = nullptr);
  // Terminates the whole group: first politely, then for good.
  void stop();
  // The same, impolitely.
  void kill();
  // Collects the exit when there was one.
  bool running();
  // The loop's round ends when the process does, and `ended` is called, if given. The process has
  // to be gone before the loop is.
  void wake(Loop& loop, std::function<void()> ended = {});
  pid_t pid() const { return pid_; }
  const Ending& ending() const { return ending_; }
  std::string how_it_ended() const { return ending_.text(); }
  bool ended_by_signal() const { return ending_.kind == Ending::Kind::signal; }
  // The last lines it wrote to its log.
  std::string log_tail(std::size_t octets = 600) const;
  // Of a process that has ended, only the peak that sample() saw while it lived.
  Usage usage() const;
  Pulse pulse() const;
  // Remembers the peak: for a process that may end before anybody asks.
  void sample();
  void reset_peak();
  // With true it can open no descriptor more, until told otherwise.
  void starve_descriptors(bool on) const;

 private:
  struct Waker : Watcher {
    std::function<void()> ended;
    void on_ready(std::uint32_t) override {
      if (ended) ended();
    }
  };

  void note_end(int status);
  bool wait_for_end(int ms);

  pid_t pid_ = -1;
  int end_ = -1;  // readable once it has ended
  Waker waker_;
  Loop* loop_ = nullptr;  // that it wakes
  std::string log_file_;
  std::size_t log_begin_ = 0;  // what stands before it is of an earlier process
  Ending ending_;
  std::uint64_t peak_ = 0;
};

}  // namespace conform
