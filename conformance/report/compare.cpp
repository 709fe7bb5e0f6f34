// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "report/views.hpp"

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

// Why these are not shards of one run; empty if they are.
std::string misfit(const Results& first, const Results& other) {
  for (const char* key : {"runtime", "case_set", "seed", "profile"}) {
    if (first.header.value(key, Json()) != other.header.value(key, Json())) {
      return std::string("the runs differ in ") + key + ": " +
             first.header.value(key, Json()).dump() + " and " +
             other.header.value(key, Json()).dump();
    }
  }
  return {};
}

// Every shard of the number that each header states, once.
std::string shard_gap(const std::vector<Results>& shards) {
  std::set<std::string> seen;
  for (const Results& shard : shards) {
    const std::string name = text_of(shard.header, "shard");
    if (name.empty()) return "a file that is no shard: its header names none";
    if (!seen.insert(name).second) return "shard " + name + " is there twice";
  }
  const std::string first = *seen.begin();
  const std::size_t wanted =
      static_cast<std::size_t>(std::atoi(first.c_str() + first.find('/') + 1));
  if (wanted != seen.size()) {
    return std::to_string(seen.size()) + " of " + std::to_string(wanted) + " shards are there";
  }
  return {};
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
    text += std::string(is_worse                                  ? "worse  "
                        : is_bad(old_verdict) && !is_bad(verdict) ? "better "
                                                                  : "other  ") +
            key.first + " (" + key.second + ")  " + old_verdict + " -> " + verdict +
            (is_worse ? "  " + text_of(*one, "why") : "") + "\n";
  }
  for (const auto& [key, one] : old_cases) {
    if (new_cases.count(key) == 0) {
      text += "gone   " + key.first + " (" + key.second + ")  " + text_of(*one, "verdict") +
              " -> absent\n";
    }
  }
  return text;
}

std::string merge_results(const std::vector<Results>& shards, Results& whole) {
  if (shards.empty()) return "nothing to merge";
  std::set<Key> seen;
  double seconds = 0;
  int exit = 0;
  for (const Results& shard : shards) {
    std::string wrong = misfit(shards.front(), shard);
    if (!wrong.empty()) return wrong;
    for (const Json& one : shard.cases) {
      if (!seen.insert({text_of(one, "id"), text_of(one, "role")}).second) {
        return "case " + text_of(one, "id") + " is in two shards";
      }
      whole.cases.push_back(one);
    }
    seconds = std::max(seconds, shard.footer.value("seconds", 0.0));
    exit = std::max(exit, shard.exit_code());
  }
  if (std::string wrong = shard_gap(shards); !wrong.empty()) return wrong;
  whole.header = shards.front().header;
  whole.header.erase("shard");
  whole.header["cases"] = whole.cases.size();
  whole.footer = {
      {"type", "footer"}, {"cases", whole.cases.size()}, {"seconds", seconds}, {"exit", exit}};
  whole.footer["totals"] = Json::object();
  for (const char* verdict : {"pass", "lenient", "fail", "skip", "error", "known", "stale"}) {
    whole.footer["totals"][verdict] = whole.total(verdict);
  }
  return {};
}

}  // namespace conform
