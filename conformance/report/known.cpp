// SPDX-License-Identifier: Apache-2.0
// What fails today as a file of known deviations, for `--baseline`.
#include <map>
#include <set>

#include "report/views.hpp"
#include "report/visible.hpp"

namespace conform {
namespace {

// A double-quoted YAML scalar; JSON strings are such.
std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool failed(const Json& one) {
  const std::string verdict = text_of(one, "verdict");
  return verdict == "fail" || verdict == "error";
}

// Ids that fail in one role and not in another that was judged as well.
std::set<std::string> one_sided(const Results& results) {
  std::map<std::string, std::pair<int, int>> counts;  // bad, judged
  for (const Json& one : results.cases) {
    if (text_of(one, "verdict") == "skip") continue;
    auto& [bad, judged] = counts[text_of(one, "id")];
    ++judged;
    bad += failed(one) || text_of(one, "verdict") == "known" ? 1 : 0;
  }
  std::set<std::string> ids;
  for (const auto& [id, count] : counts) {
    if (count.first > 0 && count.first < count.second) ids.insert(id);
  }
  return ids;
}

std::string entry_line(const std::string& pattern, const std::string& reason, const Json& one) {
  const std::string until = text_of(one, "until");
  const bool flaky = one.value("flaky", false);
  std::string line = "  " + quoted(pattern) + ": ";
  if (until.empty() && !flaky) return line + quoted(reason) + "\n";
  line += "{reason: " + quoted(reason);
  if (!until.empty()) line += ", until: " + quoted(until);
  if (flaky) line += ", flaky: true";
  return line + "}\n";
}

}  // namespace

std::string known_view(const Results& results) {
  const std::set<std::string> sides = one_sided(results);
  const std::string day = text_of(results.header, "started").substr(0, 10);
  std::map<std::string, std::string> lines;  // by pattern, so that each stands once
  for (const Json& one : results.cases) {
    std::string pattern = text_of(one, "known");
    if (text_of(one, "verdict") == "known" && !pattern.empty()) {
      lines.emplace(pattern, entry_line(pattern, text_of(one, "why"), one));
      continue;
    }
    if (!failed(one)) continue;
    pattern = text_of(one, "id");
    if (sides.count(pattern) != 0) pattern += "@" + text_of(one, "role");
    lines.emplace(pattern, entry_line(pattern, "seen " + day + ": " + text_of(one, "why"), one));
  }
  std::string text = "# Known deviations of " + visible_line(results.runtime()) +
                     ", for --baseline. Case set " + text_of(results.header, "case_set") +
                     ".\n# id, id@role or glob: a reason, or {reason: …, until: YYYY-MM-DD, "
                     "flaky: true}. What newly fails and what newly passes\n# fails the run.\n";
  if (lines.empty()) return text + "known: {}\n";
  text += "known:\n";
  for (const auto& [pattern, line] : lines) text += line;
  return text;
}

}  // namespace conform
