// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "report/head_rows.hpp"
#include "report/views.hpp"
#include "report/visible.hpp"

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

// Text that stays text in Markdown, in a table cell and in a heading.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : visible_line(text)) {
    if (c == '&' || c == '<') {
      out += c == '&' ? "&amp;" : "&lt;";
    } else {
      if (std::string_view("\\`*_[]#|~!").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

bool is_bad(const Json& one) {
  const std::string verdict = text_of(one, "verdict");
  return verdict == "fail" || verdict == "stale" || verdict == "error";
}

// Without an end in the middle of a character.
std::string cut(std::string text) {
  constexpr std::size_t kMost = 200;
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string rule_of(const Json& one) {
  std::string out = plain(text_of(one, "rule")) + " (" + plain(text_of(one, "spec")) + ")";
  const std::string note = text_of(one, "note");
  return note.empty() ? out : out + "<br>" + plain(note);
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

// Notes first, then what of a library was found: a list before the totals.
std::string head_list(const Results& results) {
  std::string out;
  for (const HeadRow& one : head_rows(results.header)) {
    const std::string text = plain(one.text);
    out += "- " + one.name + ": " + (one.lacking ? "**" + text + "**" : text) + "\n";
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace

std::string markdown_view(const Results& results) {
  constexpr std::size_t kMostShown = 50;
  const int bad = results.total("fail") + results.total("stale") + results.total("error");
  std::string text =
      "## " + plain(results.runtime()) + ": " +
      (bad == 0 ? "conforms" : std::to_string(bad) + (bad == 1 ? " failure" : " failures")) +
      "\n\n" + std::to_string(results.cases.size()) + " cases, seed " +
      std::to_string(results.header.value("seed", 0)) + ", case set " +
      text_of(results.header, "case_set") + "\n\n" + head_list(results) + totals_table(results);
  std::size_t shown = 0;
  for (const Json& one : results.cases) {
    if (!is_bad(one)) continue;
    if (shown == 0)
      text += "\n| case | level | rule | expected | actual |\n| --- | --- | --- | --- | --- |\n";
    if (++shown > kMostShown) continue;
    text += "| `" + text_of(one, "id") + "` (" + text_of(one, "role") + ") | " +
            text_of(one, "level") + " | " + rule_of(one) + " | " +
            plain(cut(text_of(one, "expected"))) + " | " + plain(cut(text_of(one, "why"))) + " |\n";
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
