// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "report/views.hpp"
#include "report/visible.hpp"

namespace conform {
namespace {

using Key = std::pair<std::string, std::string>;  // id, role

std::map<Key, const Json*> by_key(const Results& results) {
  std::map<Key, const Json*> map;
  for (const Json& one : results.cases) map[{text_of(one, "id"), text_of(one, "role")}] = &one;
  return map;
}

bool is_bad(const std::string& verdict) {
  return verdict == "fail" || verdict == "error" || verdict == "stale";
}

std::string name_of(const Key& key) {
  return key.first + " (" + key.second + ")";
}

}  // namespace

std::string comparison_text(const Results& before, const Results& after, int& worse) {
  const auto old_cases = by_key(before);
  const auto new_cases = by_key(after);
  std::string text;
  worse = 0;
  for (const auto& [key, one] : new_cases) {
    const std::string verdict = text_of(*one, "verdict");
    const auto at = old_cases.find(key);
    const std::string old_verdict =
        at == old_cases.end() ? "absent" : text_of(*at->second, "verdict");
    if (verdict == old_verdict) continue;
    const bool is_worse = is_bad(verdict) && !is_bad(old_verdict);
    worse += is_worse ? 1 : 0;
    const bool is_better = is_bad(old_verdict) && !is_bad(verdict);
    text += is_worse ? "worse  " : is_better ? "better " : "other  ";
    text += name_of(key) + "  ";
    text.append(old_verdict).append(" -> ").append(verdict);
    if (is_worse) text += "  " + visible_line(text_of(*one, "why"));
    text += "\n";
  }
  for (const auto& [key, one] : old_cases) {
    if (new_cases.count(key) == 0) {
      text += "gone   " + name_of(key) + "  ";
      text += text_of(*one, "verdict") + " -> absent\n";
    }
  }
  return text;
}

}  // namespace conform
