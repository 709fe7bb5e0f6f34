// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "report/exit_code.hpp"
#include "report/views.hpp"

namespace conform {
namespace {

// Why these are not shards of one run; empty if they are.
std::string misfit(const Results& first, const Results& other) {
  for (const char* key : {"runtime", "tool_version", "case_set", "seed", "profile", "repeat",
                          "selection", "whole", "job"}) {
    const Json one = first.header.value(key, Json());
    const Json two = other.header.value(key, Json());
    if (one != two)
      return std::string("the runs differ in ") + key + ": " + one.dump() + " and " + two.dump();
  }
  return {};
}

bool read_shard(const std::string& text, int& index, int& count) {
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, index);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '/') return false;
  const auto second = std::from_chars(first.ptr + 1, end, count);
  return second.ec == std::errc() && second.ptr == end && index >= 1 && index <= count;
}

// Every shard of the number that each header states, once.
std::string shard_gap(const std::vector<Results>& shards) {
  std::set<int> seen;
  int wanted = 0;
  for (const Results& shard : shards) {
    const std::string name = text_of(shard.header, "shard");
    int index = 0, count = 0;
    if (!read_shard(name, index, count)) return "a file that is no shard: its header names none";
    if (wanted != 0 && count != wanted)
      return "shards of " + std::to_string(wanted) + " and of " + std::to_string(count);
    wanted = count;
    if (!seen.insert(index).second) return "shard " + name + " is there twice";
  }
  std::string missing;
  for (int index = 1; index <= wanted; ++index) {
    if (seen.count(index) == 0)
      missing +=
          (missing.empty() ? "" : ", ") + std::to_string(index) + "/" + std::to_string(wanted);
  }
  return missing.empty() ? missing : "missing: shard " + missing;
}

std::string join_cases(const std::vector<Results>& shards, Results& whole) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Results& shard : shards) {
    for (const Json& one : shard.cases) {
      if (!seen.insert({text_of(one, "id"), text_of(one, "role")}).second)
        return "case " + text_of(one, "id") + " is in two shards";
      whole.cases.push_back(one);
    }
  }
  const auto promised = shards.front().header.value("whole", std::size_t{0});
  if (promised == whole.cases.size()) return {};
  return "the shards promise " + std::to_string(promised) + " cases and hold " +
         std::to_string(whole.cases.size());
}

void join_known(const std::vector<Results>& shards, Json& footer) {
  std::map<std::string, std::pair<int, int>> counts;  // ran, used
  for (const Results& shard : shards) {
    for (const Json& one : shard.footer.value("known", Json::array())) {
      auto& [ran, used] = counts[text_of(one, "entry")];
      ran += one.value("ran", 0);
      used += one.value("used", 0);
    }
  }
  for (const auto& [entry, count] : counts)
    footer["known"].push_back({{"entry", entry}, {"ran", count.first}, {"used", count.second}});
}

// As a run in one piece would have ended; what a shard knows beyond its cases (a crash beside
// cases, an entry out of date) stays.
int joined_exit(const std::vector<Results>& shards, const Results& whole) {
  int exit = exit_code_of(whole.total("fail") + whole.total("stale"), whole.total("error"),
                          whole.total("pass") + whole.total("lenient") + whole.total("known"));
  if (exit == 0 && !idle_known(whole).empty()) exit = 1;
  for (const Results& shard : shards) {
    if (exit == 0) exit = shard.exit_code();
  }
  return exit;
}

}  // namespace

std::vector<std::string> idle_known(const Results& whole) {
  std::vector<std::string> idle;
  for (const Json& one : whole.footer.value("known", Json::array())) {
    if (one.value("used", 0) == 0) idle.push_back(text_of(one, "entry"));
  }
  return idle;
}

std::string merge_results(const std::vector<Results>& shards, Results& whole) {
  if (shards.empty()) return "nothing to merge";
  for (const Results& shard : shards) {
    if (std::string wrong = misfit(shards.front(), shard); !wrong.empty()) return wrong;
  }
  if (std::string wrong = shard_gap(shards); !wrong.empty()) return wrong;
  if (std::string wrong = join_cases(shards, whole); !wrong.empty()) return wrong;
  std::stable_sort(whole.cases.begin(), whole.cases.end(), [](const Json& one, const Json& two) {
    return text_of(one, "id") < text_of(two, "id");
  });
  double seconds = 0;
  std::set<std::string> roles;
  for (const Results& shard : shards) {
    seconds = std::max(seconds, shard.footer.value("seconds", 0.0));
    for (const std::string& role : texts_of(shard.header, "roles")) roles.insert(role);
  }
  whole.header = shards.front().header;
  whole.header.erase("shard");
  whole.header.erase("whole");
  whole.header["roles"] = roles;
  whole.header["cases"] = whole.cases.size();
  whole.footer = {{"type", "footer"}, {"cases", whole.cases.size()}, {"seconds", seconds}};
  whole.footer["totals"] = Json::object();
  for (const char* verdict : {"pass", "lenient", "fail", "skip", "error", "known", "stale"}) {
    whole.footer["totals"][verdict] = whole.total(verdict);
  }
  join_known(shards, whole.footer);
  whole.footer["exit"] = joined_exit(shards, whole);
  return {};
}

}  // namespace conform
