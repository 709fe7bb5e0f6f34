// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace conform {

// Something wrong in a file that a person wrote: where, what, and what to do about it.
struct Problem {
  std::string file;
  int line = 0;
  std::string what;
  std::string mend;

  std::string text() const {
    std::string out = file;
    if (line > 0) out += ":" + std::to_string(line);
    out += ": " + what;
    if (!mend.empty()) out += "; " + mend;
    return out;
  }
};

using Problems = std::vector<Problem>;

}  // namespace conform
