// SPDX-License-Identifier: Apache-2.0
#include "report/jsonl.hpp"

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace conform {

using Json = nlohmann::ordered_json;

// Version of the file's shape; readers refuse what they do not know.
static constexpr int kSchema = 1;

static std::string hex(const std::string& octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : octets) {
    out += kDigits[static_cast<unsigned char>(c) >> 4U];
    out += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

ResultsFile::~ResultsFile() {
  if (file_ != nullptr) std::fclose(file_);
}

std::string ResultsFile::open(const std::string& path, const RunHeader& header) {
  file_ = std::fopen(path.c_str(), "w");
  if (file_ == nullptr) return "cannot write " + path + ": " + std::strerror(errno);
  const Json json = {{"type", "header"},
                     {"schema", kSchema},
                     {"tool", "osprey-conform"},
                     {"tool_version", header.version},
                     {"runtime", header.runtime},
                     {"about", header.about},
                     {"file", header.file},
                     {"target", header.target},
                     {"machine", header.machine},
                     {"started", header.started},
                     {"seed", header.seed},
                     {"profile", header.profile},
                     {"roles", header.roles},
                     {"selection", header.selection},
                     {"case_set", header.case_set},
                     {"cases", header.cases},
                     {"jobs", header.jobs}};
  line(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  return {};
}

void ResultsFile::add(const Result& result) {
  ++cases_;
  ++totals_[std::string(name_of(result.verdict))];
  Json octets = Json::array();
  for (const OctetsAt& one : result.octets) {
    octets.push_back({{"dir", one.sent ? ">" : "<"},
                      {"ms", static_cast<double>(static_cast<long>(one.ms * 1000)) / 1000},
                      {"size", one.size},
                      {"hex", hex(one.octets)}});
  }
  Json json = {{"type", "case"},
               {"id", result.id},
               {"role", result.role},
               {"spec", result.spec},
               {"title", result.title},
               {"level", result.level},
               {"rule", result.rule},
               {"verdict", name_of(result.verdict)},
               {"why", result.why},
               {"ms", static_cast<double>(static_cast<long>(result.ms * 1000)) / 1000},
               {"source", result.file + ":" + std::to_string(result.line)}};
  if (!result.expected.empty()) json["expected"] = result.expected;
  if (!result.seen.empty()) json["seen"] = result.seen;
  if (!result.covers.empty()) json["covers"] = result.covers;
  if (!result.autobahn.empty()) json["autobahn"] = result.autobahn;
  if (!result.bugs.empty()) json["bugs"] = result.bugs;
  if (result.crashed) json["crashed"] = true;
  if (result.timed_out) json["timeout"] = true;
  if (!result.log.empty()) json["log"] = result.log;
  json["octets"] = std::move(octets);
  line(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void ResultsFile::finish(double seconds, int exit_code) {
  Json json = {{"type", "footer"}, {"cases", cases_}, {"seconds", seconds}, {"exit", exit_code}};
  json["totals"] = Json::object();
  for (const auto* name : {"pass", "lenient", "fail", "skip", "error", "known", "stale"}) {
    json["totals"][name] = totals_.count(name) != 0 ? totals_[name] : 0;
  }
  line(json.dump());
  if (file_ != nullptr) std::fclose(file_);
  file_ = nullptr;
}

void ResultsFile::line(const std::string& text) {
  if (file_ == nullptr) return;
  std::fwrite(text.data(), 1, text.size(), file_);
  std::fputc('\n', file_);
  std::fflush(file_);
}

}  // namespace conform
