// SPDX-License-Identifier: Apache-2.0
// What was found out before the first case, a row each: for the terminal, the page and the summary
// alike.
#pragma once
#include <string>
#include <vector>

#include "report/results.hpp"

namespace conform {

struct HeadRow {
  std::string name;  // note, shapes, library, near
  std::string text;
  bool lacking = false;  // the library has less than the text
};

// `header`: the first line of a results file.
std::vector<HeadRow> head_rows(const Json& header);

}  // namespace conform
