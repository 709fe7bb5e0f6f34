// SPDX-License-Identifier: Apache-2.0
#include "case/known_file.hpp"

namespace conform {

static bool is_day(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
    if (text[at] < '0' || text[at] > '9') return false;
  }
  const int month = (text[5] - '0') * 10 + text[6] - '0';
  const int day = (text[8] - '0') * 10 + text[9] - '0';
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static void read_facts(Reading& in, const Tree& tree, KnownEntry& entry) {
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "reason") {
      entry.reason = in.text(value, "the reason");
    } else if (key.scalar == "until") {
      entry.until = in.text(value, "until");
      if (!is_day(entry.until)) {
        in.bad(value, "until cannot be '" + entry.until + "'", "write a day as 2027-01-31");
        entry.until.clear();
      }
    } else if (key.scalar == "flaky") {
      entry.flaky = in.boolean(value, "flaky");
    } else {
      in.unknown(key, "a known deviation", {"reason", "until", "flaky"});
    }
  }
}

void read_known(Reading& in, const Tree& tree, std::vector<KnownEntry>& out) {
  if (tree.is_null() || !in.is_map(tree, "known")) return;
  for (const auto& [key, value] : tree.map) {
    KnownEntry entry;
    entry.pattern = key.scalar;
    entry.file = in.file();
    entry.line = key.line;
    if (value.is_map()) {
      read_facts(in, value, entry);
    } else if (!value.is_null()) {
      entry.reason = in.text(value, "the reason");
    }
    if (entry.reason.empty())
      in.bad(key, "known without a reason", "say why the runtime departs there");
    out.push_back(std::move(entry));
  }
}

void read_known_file(const std::string& text, const std::string& shown,
                     std::vector<KnownEntry>& out, Problems& problems) {
  const std::size_t before = problems.size();
  const Tree tree = parse_yaml(text, shown, problems);
  if (problems.size() > before) return;
  Reading in(shown, problems);
  const Tree* known = tree.is_map() ? tree.find("known") : nullptr;
  read_known(in, known != nullptr ? *known : tree, out);
}

}  // namespace conform
