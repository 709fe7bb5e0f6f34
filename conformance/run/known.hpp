// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "case/case.hpp"
#include "case/problem.hpp"
#include "run/verdict.hpp"

namespace conform {

// The deviations a runtime's author has declared: id, id@role or glob, each with its reason.
class Known {
 public:
  explicit Known(const std::vector<std::pair<std::string, std::string>>& entries);

  // Entries that name no case at all are mistakes.
  void check(const std::vector<Case>& cases, const std::string& file, Problems& problems) const;
  // A failure that is known becomes known; a known one that passes becomes stale.
  void apply(Result& result);
  // Globs that excused nothing though their cases ran.
  std::vector<std::string> idle_globs() const;

 private:
  struct Entry {
    std::string pattern, reason;
    bool glob = false;
    int ran = 0, used = 0;
  };
  static bool names(const Entry& entry, const std::string& id, const std::string& role);
  std::vector<Entry> entries_;
};

}  // namespace conform
