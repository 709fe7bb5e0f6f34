// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <map>
#include <string>

#include "run/verdict.hpp"

namespace conform {

// Writes results.jsonl as the run goes: header, one line a case, footer. Each line reaches the file
// at once.
class ResultsFile {
 public:
  ResultsFile() = default;
  ~ResultsFile();
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  // An empty string, or why the file cannot be written.
  std::string open(const std::string& path, const RunHeader& header);
  void add(const Result& result);
  // Without this the file says by itself that it is incomplete.
  void finish(double seconds, int exit_code);

 private:
  void line(const std::string& text);

  std::FILE* file_ = nullptr;
  std::map<std::string, int> totals_;
  int cases_ = 0;
};

}  // namespace conform
