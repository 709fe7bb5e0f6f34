// SPDX-License-Identifier: Apache-2.0
#include "report/views.hpp"

namespace conform {
namespace {

const char* level_of(const Json& one) {
  const std::string level = text_of(one, "level");
  return level == "MUST" ? "error" : level == "SHOULD" ? "warning" : "note";
}

Json rule_of(const Json& one) {
  std::string note = text_of(one, "note");
  if (!note.empty()) note.insert(0, ". ");
  return {{"id", text_of(one, "id")},
          {"shortDescription", {{"text", text_of(one, "rule")}}},
          {"help", {{"text", text_of(one, "spec") + ", " + text_of(one, "title") + note}}},
          {"defaultConfiguration", {{"level", level_of(one)}}}};
}

Json result_of(const Json& one, std::size_t rule) {
  const std::string source = text_of(one, "source");
  const std::size_t colon = source.rfind(':');
  const int line =
      colon == std::string::npos ? 1 : std::max(1, std::atoi(source.c_str() + colon + 1));
  return {{"ruleId", text_of(one, "id")},
          {"ruleIndex", rule},
          {"level", level_of(one)},
          {"message",
           {{"text", text_of(one, "rule") + " Expected " + text_of(one, "expected") +
                         "; actual: " + text_of(one, "why")}}},
          {"locations",
           {{{"physicalLocation",
              {{"artifactLocation", {{"uri", "spec-cases/" + source.substr(0, colon)}}},
               {"region", {{"startLine", line}}}}}}}},
          {"properties", {{"role", text_of(one, "role")}, {"verdict", text_of(one, "verdict")}}}};
}

}  // namespace

std::string sarif_view(const Results& results) {
  Json rules = Json::array();
  Json found = Json::array();
  std::map<std::string, std::size_t> places;
  for (const Json& one : results.cases) {
    const std::string verdict = text_of(one, "verdict");
    if (verdict != "fail" && verdict != "stale" && verdict != "error") continue;
    // A case that fails in both roles is one rule.
    const auto [at, fresh] = places.try_emplace(text_of(one, "id"), rules.size());
    if (fresh) rules.push_back(rule_of(one));
    found.push_back(result_of(one, at->second));
  }
  const Json driver = {{"name", "osprey-conform"},
                       {"version", text_of(results.header, "tool_version")},
                       {"rules", rules}};
  const Json sarif = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", {{{"tool", {{"driver", driver}}}, {"results", found}}}}};
  return sarif.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace conform
