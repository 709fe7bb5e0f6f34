// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "report/results.hpp"
#include "run/result/verdict.hpp"

namespace conform {

// What the footer says besides the totals.
struct RunEnd {
  double seconds = 0;
  int exit_code = 0;
  struct Known {
    std::string entry;
    int ran = 0, used = 0;
  };
  std::vector<Known> known;  // entries that stand for several cases, for `merge`
};

// The first line of a results file.
Json header_json(const RunHeader& header);

// Writes results.jsonl as the run goes: header, one line a case, footer. Each line reaches the file
// at once. The file grows as PATH.part and takes its name with the footer: earlier results stay
// until whole ones replace them, and a run that was cut short leaves only the part.
class ResultsFile {
 public:
  ResultsFile() = default;
  ~ResultsFile();
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  // An empty string, or why the file cannot be written.
  std::string open(const std::string& path, const RunHeader& header);
  void add(const Result& result);
  // An empty string, or why the file is not whole: then the part is gone too.
  std::string finish(const RunEnd& end);
  // Where an unfinished file lies.
  std::string part() const { return path_ + ".part"; }

 private:
  void line(const std::string& text);

  std::FILE* file_ = nullptr;
  std::string path_, trouble_;
  std::map<std::string, int> totals_;
  int cases_ = 0;
};

}  // namespace conform
