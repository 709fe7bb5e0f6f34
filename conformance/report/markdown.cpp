// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <map>

#include "report/views.hpp"

namespace conform {
namespace {

constexpr std::array kVerdicts = {"pass", "lenient", "known", "fail", "stale", "error", "skip"};

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
  std::map<std::string, std::map<std::string, int>> rows;
  for (const Json& one : results.cases) {
    ++rows[document_of(one) + " | " + text_of(one, "level")][text_of(one, "verdict")];
  }
  std::string text = "| document | level |";
  std::string rule = "| --- | --- |";
  for (const char* verdict : kVerdicts) {
    text += std::string(" ") + verdict + " |";
    rule += " ---: |";
  }
  text += "\n" + rule + "\n";
  for (auto& [name, counts] : rows) {
    text += "| " + name + " |";
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
