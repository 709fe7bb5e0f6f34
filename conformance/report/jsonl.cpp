// SPDX-License-Identifier: Apache-2.0
#include "report/jsonl.hpp"

#include <cerrno>
#include <cstdio>
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

static Json library_json(const LibraryHead& head) {
  Json out = {{"editions", head.editions}, {"shapes", Json::array()}, {"functions", Json::array()}};
  for (const LibraryHead::Shape& one : head.shapes) {
    Json shape = {{"key", one.key}, {"is", one.is}, {"from", one.from}};
    if (!one.why.empty()) shape["why"] = one.why;
    out["shapes"].push_back(std::move(shape));
  }
  for (const LibraryHead::Functions& one : head.functions) {
    out["functions"].push_back(
        {{"edition", one.edition}, {"all", one.all}, {"missing", one.missing}});
  }
  for (const auto& [name, other] : head.near) out["near"][name] = other;
  return out;
}

Json header_json(const RunHeader& header) {
  Json json = {{"type", "header"},
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
  if (!header.speaks.empty()) json["speaks"] = header.speaks;
  if (!header.notes.empty()) json["notes"] = header.notes;
  if (header.repeat > 1) json["repeat"] = header.repeat;
  if (!header.shard.empty()) {
    json["shard"] = header.shard;
    json["whole"] = header.whole;
  }
  if (!header.job.empty()) json["job"] = header.job;
  if (header.library) json["library"] = library_json(*header.library);
  return json;
}

std::string ResultsFile::open(const std::string& path, const RunHeader& header) {
  path_ = path;
  file_ = std::fopen(part().c_str(), "w");
  if (file_ == nullptr) return "cannot write " + path + ": " + std::strerror(errno);
  line(header_json(header).dump(-1, ' ', false, Json::error_handler_t::replace));
  return trouble_;
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
  if (!result.note.empty()) json["note"] = result.note;
  if (!result.expected.empty()) json["expected"] = result.expected;
  if (!result.seen.empty()) json["seen"] = result.seen;
  if (!result.covers.empty()) json["covers"] = result.covers;
  if (!result.autobahn.empty()) json["autobahn"] = result.autobahn;
  if (!result.bugs.empty()) json["bugs"] = result.bugs;
  if (result.crashed) json["crashed"] = true;
  if (result.timed_out) json["timeout"] = true;
  if (result.close_code != 0) json["close_code"] = result.close_code;
  if (!result.known_entry.empty()) json["known"] = result.known_entry;
  if (!result.known_until.empty()) json["until"] = result.known_until;
  if (result.flaky) json["flaky"] = true;
  for (const Verdict pass : result.passes) json["passes"].push_back(name_of(pass));
  if (!result.log.empty()) json["log"] = result.log;
  json["octets"] = std::move(octets);
  line(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string ResultsFile::finish(const RunEnd& end) {
  if (file_ == nullptr) return {};
  Json json = {
      {"type", "footer"}, {"cases", cases_}, {"seconds", end.seconds}, {"exit", end.exit_code}};
  json["totals"] = Json::object();
  for (const auto* name : {"pass", "lenient", "fail", "skip", "error", "known", "stale"}) {
    json["totals"][name] = totals_.count(name) != 0 ? totals_[name] : 0;
  }
  for (const RunEnd::Known& one : end.known) {
    json["known"].push_back({{"entry", one.entry}, {"ran", one.ran}, {"used", one.used}});
  }
  line(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  const auto fails = [this](int result) {
    if (result != 0 && trouble_.empty())
      trouble_ = "cannot write " + path_ + ": " + std::strerror(errno);
  };
  fails(std::fclose(file_));
  file_ = nullptr;
  if (trouble_.empty()) fails(std::rename(part().c_str(), path_.c_str()));
  if (!trouble_.empty()) std::remove(part().c_str());
  return trouble_;
}

void ResultsFile::line(const std::string& text) {
  if (file_ == nullptr || !trouble_.empty()) return;
  const bool written = std::fwrite(text.data(), 1, text.size(), file_) == text.size() &&
                       std::fputc('\n', file_) != EOF && std::fflush(file_) == 0;
  if (!written) trouble_ = "cannot write " + path_ + ": " + std::strerror(errno);
}

}  // namespace conform
