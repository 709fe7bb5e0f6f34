// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace conform {

// Numbers as a case may list them: single ones and ranges, and some words.
struct NumberSet {
  std::vector<std::pair<int, int>> ranges;
  bool none = false;   // code: no Close frame; deflate parameter: absent
  bool empty = false;  // code: a Close without a code
  bool any_but_101 = false;
  bool present = false;
  bool holds(int number) const {
    for (const auto& [low, high] : ranges) {
      if (number >= low && number <= high) return true;
    }
    return any_but_101 && number != 101;
  }
  std::string text;  // as written, for people
};

}  // namespace conform
