// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <string>

#include "run/result/verdict.hpp"

namespace conform {

// What a person sees: a progress line on a terminal, a block for each failure, the totals.
class Console {
 public:
  struct Options {
    bool verbose = false;
    std::string again;  // the command up to the case's id
  };
  explicit Console(Options options);

  void begin(const RunHeader& header);
  void add(const Result& result);
  void end(double seconds, const std::string& report, const std::string& trouble);
  int exit_code() const;
  int count(Verdict verdict) const;

 private:
  void block(const Result& result);
  void progress();
  void wipe();
  std::string paint(const char* colour, const std::string& text) const;

  Options options_;
  bool terminal_ = false;
  bool colours_ = false;
  bool wiped_ = true;
  std::size_t total_ = 0, done_ = 0;
  int flaky_ = 0;
  std::map<Verdict, int> counts_;
  std::map<std::string, int> skips_;
  std::map<std::string, int> reasons_;  // of failures, each with its number
  std::chrono::steady_clock::time_point last_ = {};
};

}  // namespace conform
