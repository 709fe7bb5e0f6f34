// SPDX-License-Identifier: Apache-2.0
// Autobahn's own report files, with its field names, for the cases that stand for one of its cases.
// Scripts that read index.json go on working.
#include <algorithm>

#include "report/views.hpp"

namespace conform {
namespace {

struct Mapped {
  const char* behavior;
  const char* close;
};

// pass -> OK, lenient -> NON-STRICT, skip -> UNIMPLEMENTED; a fault counts in both fields, so that
// a reader of either sees it.
Mapped mapped(const std::string& verdict) {
  if (verdict == "pass") return {"OK", "OK"};
  if (verdict == "lenient") return {"NON-STRICT", "OK"};
  if (verdict == "skip") return {"UNIMPLEMENTED", "OK"};
  return {"FAILED", "FAILED"};
}

int rank(const std::string& verdict) {
  constexpr const char* kOrder[] = {"pass", "lenient", "skip", "known", "stale", "fail", "error"};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), verdict) -
                          std::begin(kOrder));
}

std::string with_underscores(std::string text) {
  for (char& c : text) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    } else if (!kept) {
      c = '_';
    }
  }
  return text;
}

Json wire_log(const Json& one) {
  Json log = Json::array();
  for (const Json& octets : one.value("octets", Json::array())) {
    const std::string hex = text_of(octets, "hex");
    log.push_back(
        {text_of(octets, "dir") == ">" ? "TO" : "RO", {octets.value("size", 0), hex}, false});
  }
  return log;
}

Json report_of(const std::string& number, const std::string& agent, const Json& one,
               const Json& header, int index) {
  const Mapped verdict = mapped(text_of(one, "verdict"));
  return {{"case", index},
          {"id", number},
          {"agent", agent},
          {"description", text_of(one, "rule")},
          {"expectation", text_of(one, "expected")},
          {"started", text_of(header, "started")},
          {"duration", static_cast<int>(one.value("ms", 0.0))},
          {"behavior", verdict.behavior},
          {"behaviorClose", verdict.close},
          {"result", text_of(one, "why").empty() ? text_of(one, "seen") : text_of(one, "why")},
          {"resultClose", text_of(one, "seen")},
          {"isServer", text_of(one, "role") == "client"},
          {"wirelog", wire_log(one)}};
}

}  // namespace

std::map<std::string, std::string> autobahn_view(const Results& results) {
  // Several of our cases may stand for one of Autobahn's: the worst verdict counts.
  std::map<std::string, const Json*> worst;
  for (const Json& one : results.cases) {
    for (const std::string& number : texts_of(one, "autobahn")) {
      const Json*& at = worst[number];
      if (at == nullptr || rank(text_of(one, "verdict")) > rank(text_of(*at, "verdict"))) at = &one;
    }
  }
  std::map<std::string, std::string> files;
  const std::string agent = results.runtime();
  Json index = Json::object();
  int count = 0;
  for (const auto& [number, one] : worst) {
    const std::string name =
        with_underscores(agent) + "_case_" + with_underscores(number) + ".json";
    const Mapped verdict = mapped(text_of(*one, "verdict"));
    index[agent][number] = {{"behavior", verdict.behavior},
                            {"behaviorClose", verdict.close},
                            {"duration", static_cast<int>(one->value("ms", 0.0))},
                            {"remoteCloseCode", nullptr},
                            {"reportfile", name}};
    files[name] = report_of(number, agent, *one, results.header, ++count)
                      .dump(2, ' ', false, Json::error_handler_t::replace);
  }
  files["index.json"] = index.dump(2, ' ', false, Json::error_handler_t::replace);
  return files;
}

}  // namespace conform
