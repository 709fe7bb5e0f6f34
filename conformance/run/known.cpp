// SPDX-License-Identifier: Apache-2.0
#include "run/known.hpp"

#include "case/glob.hpp"

namespace conform {

Known::Known(const std::vector<std::pair<std::string, std::string>>& entries) {
  for (const auto& [pattern, reason] : entries) {
    Entry entry;
    entry.pattern = pattern;
    entry.reason = reason;
    entry.glob = pattern.find_first_of("*?") != std::string::npos;
    entries_.push_back(std::move(entry));
  }
}

bool Known::names(const Entry& entry, const std::string& id, const std::string& role) {
  const auto at = entry.pattern.rfind('@');
  if (at != std::string::npos && entry.pattern.substr(at + 1) != role) return false;
  const std::string pattern = entry.pattern.substr(0, at);
  return glob_matches(pattern, id) || glob_matches(pattern + "/**", id);
}

void Known::check(const std::vector<Case>& cases, const std::string& file,
                  Problems& problems) const {
  for (const Entry& entry : entries_) {
    bool found = false;
    for (const Case& one : cases) {
      for (const Role role : {Role::server, Role::client, Role::library}) {
        found = found || (one.plays(role) && names(entry, one.id, std::string(name_of(role))));
      }
    }
    if (found) continue;
    problems.push_back({file, 0, "known names '" + entry.pattern + "', and there is no such case",
                        "'osprey-conform list' shows the ids"});
  }
}

void Known::apply(Result& result) {
  const bool failed = result.verdict == Verdict::fail || result.verdict == Verdict::error;
  const bool passed = result.verdict == Verdict::pass || result.verdict == Verdict::lenient;
  if (!failed && !passed) return;
  for (Entry& entry : entries_) {
    if (!names(entry, result.id, result.role)) continue;
    ++entry.ran;
    if (failed) {
      ++entry.used;
      result.verdict = Verdict::known;
      result.why = entry.reason;
    } else if (!entry.glob && entry.pattern.size() >= result.id.size()) {
      result.verdict = Verdict::stale;
      result.why = "declared as known (" + entry.reason + "), but it passes: delete the line";
      result.seen = result.why;
    }
    return;
  }
}

std::vector<std::string> Known::idle_globs() const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_) {
    if (entry.glob && entry.ran > 0 && entry.used == 0) out.push_back(entry.pattern);
  }
  return out;
}

}  // namespace conform
