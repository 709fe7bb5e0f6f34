// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "cli/run_options.hpp"
#include "cli/temporary_folder.hpp"
#include "report/console.hpp"
#include "report/jsonl.hpp"
#include "run/result/known.hpp"
#include "subject/loop.hpp"

namespace conform::cli {

// Everything around the runs of one command: files, console, what is known, passes. take(),
// complain() and folder() may be called from several threads.
class Session {
 public:
  Session(const RunOptions& options, Known& known);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // An exit code: the results file may not be writable.
  int open(const RunHeader& header);
  // A pass of --repeat begins; only the last one shows and writes results.
  void begin_pass(int number);
  void take(Result result);
  // Closes the files and gives the exit code.
  int close(bool complete);
  // A folder of that name for what nobody asked to keep; it goes with us.
  std::string folder(const std::string& name);
  // Whole results lie here after close(); empty if there are none.
  const std::string& results() const { return results_; }

  // A line for the end of the run; empty ones are nothing.
  void complain(const std::string& what);

  const RunOptions& options;
  std::atomic<bool> crashed_side_by_side = false;
  std::atomic<bool> lacks_echo = false;  // and its file does not say so

 private:
  void join_passes(Result& result);
  void note(const std::string& what);

  std::mutex mutex_;
  Known& known_;
  Console console_;
  ResultsFile file_;
  TimePoint began_ = Clock::now();
  bool last_pass_ = true;
  // What the earlier passes saw, by id and role.
  std::map<std::pair<std::string, std::string>, Result> earlier_;
  std::optional<TemporaryFolder> temporary_;
  std::string trouble_, results_;
};

}  // namespace conform::cli
