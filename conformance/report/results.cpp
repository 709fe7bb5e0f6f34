// SPDX-License-Identifier: Apache-2.0
#include "report/results.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>

namespace conform {
namespace {

// What the line is wrong in, or nothing. `type` is the record's own.
std::string take_record(const Json& record, Results& results, std::set<std::string>& seen) {
  const std::string type = text_of(record, "type");
  if (type == "header") {
    if (!results.header.is_null()) return "a second header: two runs in one file; use `merge`";
    const int schema = record.value("schema", 0);
    if (schema < 1 || text_of(record, "tool") != "osprey-conform")
      return "not a results file of osprey-conform";
    if (schema > kResultsSchema) {
      return "schema " + std::to_string(schema) + " is newer than this program reads (" +
             std::to_string(kResultsSchema) + "); use a newer osprey-conform";
    }
    results.header = record;
    return {};
  }
  if (results.header.is_null()) return "no header comes first: not a results file";
  if (!results.footer.is_null()) return "something follows the footer";
  if (type == "case") {
    if (!seen.insert(text_of(record, "id") + "\n" + text_of(record, "role")).second) {
      return "case " + text_of(record, "id") + " stands twice";
    }
    results.cases.push_back(record);
    return {};
  }
  if (type != "footer") return "unknown record type '" + type + "'";
  results.footer = record;
  return {};
}

std::string check_whole(const Results& results) {
  if (results.header.is_null()) return "the file is empty";
  if (results.footer.is_null()) {
    return "incomplete after " + std::to_string(results.cases.size()) +
           " cases: the run was interrupted; run it again";
  }
  if (results.footer.value("cases", std::size_t{0}) != results.cases.size()) {
    return "the footer counts " + std::to_string(results.footer.value("cases", 0)) +
           " cases, the file holds " + std::to_string(results.cases.size());
  }
  return {};
}

}  // namespace

std::string text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const auto at = object.find(key);
  if (at != object.end() && at->is_array()) {
    for (const Json& each : *at) {
      if (each.is_string()) texts.push_back(each.get<std::string>());
    }
  }
  return texts;
}

int Results::total(const std::string& verdict) const {
  int count = 0;
  for (const Json& one : cases) count += text_of(one, "verdict") == verdict ? 1 : 0;
  return count;
}

std::string read_results(const std::string& path, Results& results) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return path + ": cannot be read: " + std::strerror(errno);
  std::set<std::string> seen;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    const Json record = Json::parse(line, nullptr, false);
    const std::string wrong =
        record.is_object() ? take_record(record, results, seen)
        : file.eof() ? "cut short in the middle of a line: the run was interrupted; run it again"
                     : "not a JSON object";
    if (!wrong.empty()) return path + ":" + std::to_string(number) + ": " + wrong;
  }
  const std::string wrong = check_whole(results);
  return wrong.empty() ? std::string() : path + ": " + wrong;
}

std::string results_text(const Results& results) {
  const auto line = [](const Json& record) {
    return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  std::string text = line(results.header);
  for (const Json& one : results.cases) text += line(one);
  return text + line(results.footer);
}

std::string write_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".part" + std::to_string(::getpid());
  std::FILE* const file = std::fopen(beside.c_str(), "wb");
  if (file == nullptr) return "cannot write " + path + ": " + std::strerror(errno);
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = errno;
  const bool closed = std::fclose(file) == 0;
  if (written && closed && std::rename(beside.c_str(), path.c_str()) == 0) return {};
  const std::string why = std::strerror(written ? errno : write_error);
  std::remove(beside.c_str());
  return "cannot write " + path + ": " + why;
}

}  // namespace conform
