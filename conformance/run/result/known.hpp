// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "case/case.hpp"
#include "case/known_file.hpp"
#include "case/problem.hpp"
#include "run/result/verdict.hpp"

namespace conform {

// The deviations a runtime's author has declared, held against what happens.
class Known {
 public:
  // `today` as YYYY-MM-DD: what is declared until an earlier day excuses nothing.
  Known(const std::vector<KnownEntry>& entries, std::string today);

  // Entries that name no case at all are mistakes.
  void check(const std::vector<Case>& cases, Problems& problems) const;
  // A failure that is known becomes known; a known one that passes becomes stale.
  void apply(Result& result);
  // Entries whose day has passed, a line each that says what to do.
  std::vector<std::string> expired() const;

  // How often an entry's cases ran, and how often it excused one.
  struct Usage {
    std::string pattern;
    int ran = 0, used = 0;
  };
  // Of entries that stand for several cases; what stands for one is stale by itself.
  std::vector<Usage> families() const;

 private:
  struct Entry {
    KnownEntry what;
    bool family = false;
    int ran = 0, used = 0;
  };
  static bool names(const Entry& entry, const std::string& id, const std::string& role);
  bool is_expired(const Entry& entry) const;
  static void excuse(Entry& entry, Result& result);

  std::vector<Entry> entries_;
  std::string today_;
};

// The line for an entry that excuses nothing though its cases ran.
std::string idle_text(const std::string& pattern);

// Today in UTC, YYYY-MM-DD.
std::string today_text();

}  // namespace conform
