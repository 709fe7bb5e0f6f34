// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace driver {

struct CaseRange {
  unsigned first = 0;
  unsigned last = 0;
};

// "1-10,12" as ranges of numbers from 1 up; nothing when the text is not of that form.
std::optional<std::vector<CaseRange>> parse_case_list(std::string_view text);

// True when the list is empty or names the number.
bool wanted(const std::vector<CaseRange>& list, unsigned number);

}  // namespace driver
