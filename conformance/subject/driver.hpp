// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "subject/loop.hpp"
#include "subject/process.hpp"

namespace conform {

// Told on the loop's thread; the driver must not be destroyed from inside.
class DriverEvents {
 public:
  virtual ~DriverEvents() = default;
  virtual void on_line(std::string_view line) = 0;
  // It has closed its output, or has ended. Nothing more comes.
  virtual void on_driver_end() = 0;
  // A line or a sum of lines beyond all measure; nothing more is read.
  virtual void on_flood(const std::string& what) = 0;
};

// A program that is spoken with in lines over its standard input and output. Never blocks.
class Driver : public Watcher {
 public:
  Driver(Loop& loop, DriverEvents& events) : loop_(loop), events_(events) {}
  ~Driver() override { close(); }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // An empty string, or why it cannot be started.
  std::string start(const std::vector<std::string>& command, const std::string& log_file,
                    CallWatch* watch = nullptr);
  void send(std::string line);  // without its end
  // It reads the end of its input from here on.
  void end_input();
  void close();
  Process& process() { return process_; }

  void on_ready(std::uint32_t events) override;

 private:
  void read_some();
  void take_lines();
  void flush();
  void ended();

  Loop& loop_;
  DriverEvents& events_;
  Process process_;
  int fd_ = -1;
  bool watching_ = false;
  bool end_after_flush_ = false;
  std::string in_;
  std::size_t searched_ = 0;
  std::uint64_t received_ = 0;
  std::deque<std::string> out_;
  std::size_t sent_ = 0;  // of the first of them
};

}  // namespace conform
