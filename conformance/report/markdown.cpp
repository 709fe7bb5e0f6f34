// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "report/views.hpp"

namespace conform {
namespace {

constexpr std::array kVerdicts = {"pass", "lenient", "known", "fail", "stale", "error", "skip"};

constexpr std::array kLevels = {"MUST", "SHOULD", "MAY"};

int rank_of(const std::string& level) {
  const auto* const at = std::find(kLevels.begin(), kLevels.end(), level);
  return static_cast<int>(std::min<std::ptrdiff_t>(at - kLevels.begin(), 2));
}

std::string document_of(const Json& one) {
  const std::string id = text_of(one, "id");
  return id.substr(0, id.find('/'));
}

// Text in a table cell.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("|\n<", at)) != std::string::npos;) {
    const std::string put = text[at] == '|' ? "\\|" : text[at] == '<' ? "&lt;" : " ";
    text.replace(at, 1, put);
    at += put.size();
  }
  return text;
}

bool is_bad(const Json& one) {
  const std::string verdict = text_of(one, "verdict");
  return verdict == "fail" || verdict == "stale" || verdict == "error";
}

std::string totals_table(const Results& results) {
  // By document, then from MUST to MAY.
  std::map<std::pair<std::string, int>, std::map<std::string, int>> rows;
  for (const Json& one : results.cases)
    ++rows[{document_of(one), rank_of(text_of(one, "level"))}][text_of(one, "verdict")];
  std::string text = "| document | level |";
  std::string rule = "| --- | --- |";
  for (const char* verdict : kVerdicts) {
    text += std::string(" ") + verdict + " |";
    rule += " ---: |";
  }
  text += "\n" + rule + "\n";
  for (auto& [place, counts] : rows) {
    text += "| " + place.first + " | " + kLevels[static_cast<std::size_t>(place.second)] + " |";
    for (const char* verdict : kVerdicts) text += " " + std::to_string(counts[verdict]) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string markdown_view(const Results& results) {
  constexpr std::size_t kMostShown = 50;
  const int bad = results.total("fail") + results.total("stale") + results.total("error");
  std::string text = "## " + results.runtime() + ": " +
                     (bad == 0 ? "conforms" : std::to_string(bad) + " to mend") + "\n\n" +
                     std::to_string(results.cases.size()) + " cases, seed " +
                     std::to_string(results.header.value("seed", 0)) + ", case set " +
                     text_of(results.header, "case_set") + "\n\n" + totals_table(results);
  std::size_t shown = 0;
  for (const Json& one : results.cases) {
    if (!is_bad(one)) continue;
    if (shown == 0) text += "\n| case | level | rule | seen |\n| --- | --- | --- | --- |\n";
    if (++shown > kMostShown) continue;
    text += "| `" + text_of(one, "id") + "` (" + text_of(one, "role") + ") | " +
            text_of(one, "level") + " | " + cell(text_of(one, "rule")) + " (" +
            text_of(one, "spec") + ") | " + cell(text_of(one, "why").substr(0, 200)) + " |\n";
  }
  if (shown > kMostShown) text += "\n… and " + std::to_string(shown - kMostShown) + " more.\n";
  return text;
}

std::string badge_view(const Results& results) {
  const int bad = results.total("fail") + results.total("stale") + results.total("error");
  const int good = results.total("pass") + results.total("lenient");
  const int known = results.total("known");
  const Json badge = {{"schemaVersion", 1},
                      {"label", "osprey-conform"},
                      {"message", std::to_string(good) + "/" + std::to_string(good + bad + known)},
                      {"color", bad > 0     ? "red"
                                : known > 0 ? "yellow"
                                            : "brightgreen"}};
  return badge.dump(2) + "\n";
}

}  // namespace conform
