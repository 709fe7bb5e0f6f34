// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cli/run_options.hpp"
#include "cli/temporary_folder.hpp"
#include "report/console.hpp"
#include "report/jsonl.hpp"
#include "run/known.hpp"
#include "subject/loop.hpp"

namespace conform::cli {

// Everything around the runs of one command: files, console, what is known, passes.
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
  // Where certificates go: a folder of our own that goes with us.
  std::string folder();
  // Whole results lie here after close(); empty if there are none.
  const std::string& results() const { return results_; }

  // A line for the end of the run; empty ones are nothing.
  void complain(const std::string& what);

  const RunOptions& options;
  bool crashed_side_by_side = false;

 private:
  void join_passes(Result& result);

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
