// SPDX-License-Identifier: Apache-2.0
// Autobahn's own report files, with its field names, for the cases that stand for one of its cases.
// Scripts that read index.json go on working.
#include <algorithm>

#include "report/views.hpp"
#include "run/result/verdict.hpp"

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

std::string octets_of(const std::string& hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

// The head of HTTP that a direction begins with.
Json head_of(const Json& one, const char* direction) {
  std::string octets;
  for (const Json& each : one.value("octets", Json::array())) {
    if (text_of(each, "dir") == direction) octets += octets_of(text_of(each, "hex"));
  }
  const std::size_t end = octets.find("\r\n\r\n");
  return end == std::string::npos ? Json() : Json(octets.substr(0, end + 4));
}

// How many reads or writes had how many octets.
Json octet_stats(const Json& one, const char* direction) {
  std::map<std::string, int> counts;
  for (const Json& each : one.value("octets", Json::array())) {
    if (text_of(each, "dir") == direction) ++counts[std::to_string(each.value("size", 0))];
  }
  return counts;
}

Json code_of(const Json& one) {
  const int code = one.value("close_code", 0);
  return code == 0 ? Json() : Json(code);
}

// Fields that Autobahn has and this program does not measure are there, as null.
Json report_of(const std::string& number, const std::string& agent, const Json& one,
               const Json& header, int index) {
  const Mapped verdict = mapped(text_of(one, "verdict"));
  const bool client = text_of(one, "role") == "client";
  Json report = {
      {"case", index},
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
      {"isServer", client},
      {"remoteCloseCode", code_of(one)},
      {"httpRequest", head_of(one, client ? "<" : ">")},
      {"httpResponse", head_of(one, client ? ">" : "<")},
      {"rxOctetStats", octet_stats(one, "<")},
      {"txOctetStats", octet_stats(one, ">")},
      {"createWirelog", true},
      {"createStats", true},
      {"wirelog", wire_log(one)}};
  for (const char* field :
       {"closedByMe", "droppedByMe", "expected", "expectedClose", "failedByMe", "localCloseCode",
        "localCloseReason", "received", "remoteCloseReason", "reportCompressionRatio", "reportTime",
        "rxFrameStats", "trafficStats", "txFrameStats", "wasClean", "wasCloseHandshakeTimeout",
        "wasNotCleanReason", "wasOpenHandshakeTimeout", "wasServerConnectionDropTimeout"}) {
    report[field] = nullptr;
  }
  return report;
}

// Several of our cases may stand for one of Autobahn's: the worst verdict counts.
std::map<std::string, const Json*> worst_by_number(const AutobahnRun& run) {
  std::map<std::string, const Json*> worst;
  for (const Json& one : run.results->cases) {
    for (const std::string& number : texts_of(one, "autobahn")) {
      if (!run.only.empty() && run.only.count(number) == 0) continue;
      const Json*& at = worst[number];
      if (at == nullptr || worse(text_of(one, "verdict"), text_of(*at, "verdict"))) at = &one;
    }
  }
  return worst;
}

}  // namespace

std::map<std::string, std::string> autobahn_view(const std::vector<AutobahnRun>& runs) {
  std::map<std::string, std::string> files;
  Json index = Json::object();
  for (const AutobahnRun& run : runs) {
    const std::string agent = run.results->runtime();
    index[agent] = Json::object();
    int count = 0;
    for (const auto& [number, one] : worst_by_number(run)) {
      const std::string name =
          with_underscores(agent) + "_case_" + with_underscores(number) + ".json";
      const Mapped verdict = mapped(text_of(*one, "verdict"));
      index[agent][number] = {{"behavior", verdict.behavior},
                              {"behaviorClose", verdict.close},
                              {"duration", static_cast<int>(one->value("ms", 0.0))},
                              {"remoteCloseCode", code_of(*one)},
                              {"reportfile", name}};
      files[name] = report_of(number, agent, *one, run.results->header, ++count)
                        .dump(2, ' ', false, Json::error_handler_t::replace);
    }
  }
  files["index.json"] = index.dump(2, ' ', false, Json::error_handler_t::replace);
  return files;
}

}  // namespace conform
