// SPDX-License-Identifier: Apache-2.0
// GitHub's workflow commands: what failed, as annotations of the run.
#include "report/views.hpp"
#include "report/visible.hpp"

namespace conform {
namespace {

// More than ten of a kind in one step are not shown there.
constexpr int kMost = 9;

std::string escaped(const std::string& text, bool property) {
  std::string out;
  for (const char c : visible(text, Lines::keep)) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special) {
      constexpr char kDigits[] = "0123456789ABCDEF";
      const auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[octet >> 4U];
      out += kDigits[octet & 15U];
    } else {
      out += c;
    }
  }
  return out;
}

std::string command(const char* kind, const std::string& file, const std::string& title,
                    const std::string& text) {
  std::string line = std::string("::") + kind + " ";
  if (!file.empty()) line += "file=" + escaped(file, true) + ",";
  return line + "title=" + escaped(title, true) + "::" + escaped(text, false) + "\n";
}

}  // namespace

std::string annotations_view(const Results& results) {
  const std::string file = text_of(results.header, "file");
  std::string text;
  int bad = 0;
  for (const Json& one : results.cases) {
    const std::string verdict = text_of(one, "verdict");
    if (verdict != "fail" && verdict != "stale" && verdict != "error") continue;
    if (++bad > kMost) continue;
    text += command("error", file, verdict + ": " + text_of(one, "id"),
                    text_of(one, "rule") + " (" + text_of(one, "spec") + ", " +
                        text_of(one, "level") + ")\nactual: " + text_of(one, "why"));
  }
  if (bad > kMost) {
    text += command("error", file, results.runtime(),
                    "and " + std::to_string(bad - kMost) + " more: see the job summary");
  }
  for (const std::string& entry : idle_known(results))
    text += command("warning", file, "known " + entry, "it excuses nothing: delete the entry");
  return text;
}

}  // namespace conform
