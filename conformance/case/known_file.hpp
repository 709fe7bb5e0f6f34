// SPDX-License-Identifier: Apache-2.0
// The deviations that a runtime's author has declared, as they stand in a runtime file under
// `known` or in a file of their own.
#pragma once
#include <string>
#include <vector>

#include "case/problem.hpp"
#include "case/reading.hpp"

namespace conform {

struct KnownEntry {
  std::string pattern;  // id, id@role or glob; an id also stands for the rows of its table
  std::string reason;
  std::string until{};  // YYYY-MM-DD, the last day it excuses; empty = for ever
  bool flaky = false;   // passes at times: neither verdict is news
  std::string file{};   // where it stands, for complaints
  int line = 0;
};

// `id: reason` or `id: {reason: …, until: YYYY-MM-DD, flaky: true}`.
void read_known(Reading& in, const Tree& tree, std::vector<KnownEntry>& out);

// A file that is such a map, or has it under `known:`; adds to `out`.
void read_known_file(const std::string& text, const std::string& shown,
                     std::vector<KnownEntry>& out, Problems& problems);

}  // namespace conform
