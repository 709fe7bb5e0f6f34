// SPDX-License-Identifier: Apache-2.0
#include "case/glob.hpp"

namespace conform {

bool glob_matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.substr(0, 2) == "**") {
    std::string_view rest = pattern.substr(2);
    // "a/**/b" and "a/**" match with no part in between as well.
    if (!rest.empty() && rest.front() == '/' && glob_matches(rest.substr(1), text)) return true;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (glob_matches(rest, text.substr(i))) return true;
    }
    return false;
  }
  if (pattern == "/**" && text.empty()) return true;
  if (pattern.front() == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (glob_matches(pattern.substr(1), text.substr(i))) return true;
      if (i < text.size() && text[i] == '/') break;
    }
    return false;
  }
  if (text.empty() || (pattern.front() != '?' && pattern.front() != text.front())) return false;
  return glob_matches(pattern.substr(1), text.substr(1));
}

}  // namespace conform
