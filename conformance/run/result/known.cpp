// SPDX-License-Identifier: Apache-2.0
#include "run/result/known.hpp"

#include <ctime>

#include "case/glob.hpp"

namespace conform {

Known::Known(const std::vector<KnownEntry>& entries, std::string today) : today_(std::move(today)) {
  for (const KnownEntry& what : entries) {
    Entry entry;
    entry.what = what;
    entry.family = what.pattern.find_first_of("*?") != std::string::npos;
    entries_.push_back(std::move(entry));
  }
}

bool Known::names(const Entry& entry, const std::string& id, const std::string& role) {
  const std::string& whole = entry.what.pattern;
  const auto at = whole.rfind('@');
  if (at != std::string::npos && whole.substr(at + 1) != role) return false;
  const std::string pattern = whole.substr(0, at);
  return glob_matches(pattern, id) || glob_matches(pattern + "/**", id);
}

bool Known::is_expired(const Entry& entry) const {
  return !entry.what.until.empty() && entry.what.until < today_;
}

void Known::check(const std::vector<Case>& cases, Problems& problems) const {
  for (const Entry& entry : entries_) {
    bool found = false;
    for (const Case& one : cases) {
      for (const Role role : {Role::server, Role::client, Role::library}) {
        found = found || (one.plays(role) && names(entry, one.id, std::string(name_of(role))));
      }
    }
    if (found) continue;
    problems.push_back({entry.what.file, entry.what.line,
                        "known names '" + entry.what.pattern + "', and there is no such case",
                        "fix the id ('osprey-conform list' shows them) or delete the entry"});
  }
}

void Known::excuse(Entry& entry, Result& result) {
  ++entry.used;
  result.verdict = Verdict::known;
  result.why = entry.what.reason;
  result.known_entry = entry.what.pattern;
  result.known_until = entry.what.until;
}

static std::string stale_text(const KnownEntry& entry, const Result& result) {
  std::string text = "declared as known (" + entry.reason + "), but it passes: delete ";
  text += entry.file.empty() ? "the entry" : entry.file + ":" + std::to_string(entry.line);
  if (entry.pattern.rfind('@') == std::string::npos)
    text += ", or write " + result.id + "@ROLE if it fails in the other role only";
  return text;
}

void Known::apply(Result& result) {
  const bool failed = result.verdict == Verdict::fail || result.verdict == Verdict::error;
  const bool passed = result.verdict == Verdict::pass || result.verdict == Verdict::lenient;
  if (!failed && !passed) return;
  for (Entry& entry : entries_) {
    if (!names(entry, result.id, result.role)) continue;
    if (is_expired(entry)) {
      if (failed) result.why += " (was known until " + entry.what.until + ")";
      continue;
    }
    ++entry.ran;
    const bool one = entry.what.pattern.substr(0, entry.what.pattern.rfind('@')) == result.id;
    entry.family = entry.family || !one;
    if (failed) {
      excuse(entry, result);
    } else if (entry.what.flaky) {
      ++entry.used;
    } else if (one) {
      result.verdict = Verdict::stale;
      result.known_entry = entry.what.pattern;
      result.why = stale_text(entry.what, result);
      result.seen = result.why;
    }
    return;
  }
}

std::vector<std::string> Known::expired() const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_) {
    if (!is_expired(entry)) continue;
    Problem problem{entry.what.file, entry.what.line,
                    "known '" + entry.what.pattern + "' was declared until " + entry.what.until +
                        " (" + entry.what.reason + "): it has expired",
                    "fix the implementation and delete the entry, or set a later day"};
    out.push_back(problem.text());
  }
  return out;
}

std::vector<Known::Usage> Known::families() const {
  std::vector<Usage> out;
  for (const Entry& entry : entries_) {
    if (entry.family && entry.ran > 0) out.push_back({entry.what.pattern, entry.ran, entry.used});
  }
  return out;
}

std::string idle_text(const std::string& pattern) {
  return "known '" + pattern + "' excuses nothing: all its cases pass; delete the entry";
}

std::string today_text() {
  const std::time_t now = std::time(nullptr);
  char text[16];
  std::strftime(text, sizeof(text), "%Y-%m-%d", std::gmtime(&now));
  return text;
}

}  // namespace conform
