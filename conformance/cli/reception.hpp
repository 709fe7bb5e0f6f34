// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "cli/run_options.hpp"
#include "report/console.hpp"
#include "report/jsonl.hpp"
#include "report/results.hpp"
#include "run/result/known.hpp"
#include "subject/loop.hpp"

namespace conform::cli {

// Where the clients of `serve` come in: for each its results, its lines on the console, and what is
// known of it.
class Reception {
 public:
  // Autobahn's numbers that an agent is judged by; empty = all.
  using Numbers = std::function<std::set<std::string>(const std::string& agent)>;

  Reception(const RunOptions& options, RunHeader header, const std::vector<KnownEntry>& known);
  // From now on Autobahn's files of all clients are written as well, after each one.
  void write_autobahn_to(std::string folder, Numbers numbers);

  void add(const std::string& agent, Result result);
  // The client is through.
  void reported(const std::string& agent);
  // Of the client that was through last.
  int code() const { return code_; }

 private:
  struct Visitor {
    Visitor(const Console::Options& options, const std::vector<KnownEntry>& entries)
        : console(options), known(entries, today_text()) {}
    Console console;
    Known known;
    ResultsFile file;
    std::string folder;
    TimePoint began = Clock::now();
  };
  Visitor& of(const std::string& agent);
  // An exit code; prints what is wrong with the declared deviations.
  static int finish_known(const Visitor& visitor, RunEnd& end, std::string& trouble);
  void write_autobahn_files(const std::string& agent, const std::string& file);

  const RunOptions& options_;
  RunHeader header_;
  const std::vector<KnownEntry>& known_;
  std::map<std::string, std::unique_ptr<Visitor>> visitors_;
  std::string autobahn_folder_;
  Numbers numbers_;
  std::map<std::string, Results> done_;
  int code_ = exit_usage;
};

}  // namespace conform::cli
