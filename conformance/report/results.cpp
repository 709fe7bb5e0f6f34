// SPDX-License-Identifier: Apache-2.0
#include "report/results.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>

namespace conform {
namespace {

enum class Kind : std::uint8_t { text, number, flag, list, map };

struct Key {
  const char* name;
  Kind kind;
  bool needed;
};

constexpr Key kHeaderKeys[] = {{"tool_version", Kind::text, true}, {"runtime", Kind::text, true},
                               {"seed", Kind::number, true},       {"case_set", Kind::text, true},
                               {"started", Kind::text, true},      {"roles", Kind::list, false},
                               {"speaks", Kind::list, false},      {"whole", Kind::number, false}};
constexpr Key kCaseKeys[] = {{"id", Kind::text, true},           {"role", Kind::text, true},
                             {"verdict", Kind::text, true},      {"octets", Kind::list, true},
                             {"ms", Kind::number, true},         {"level", Kind::text, true},
                             {"source", Kind::text, true},       {"timeout", Kind::flag, false},
                             {"crashed", Kind::flag, false},     {"flaky", Kind::flag, false},
                             {"close_code", Kind::number, false}};
constexpr Key kOctetsKeys[] = {{"dir", Kind::text, true},
                               {"ms", Kind::number, true},
                               {"size", Kind::number, true},
                               {"hex", Kind::text, true}};
constexpr Key kFooterKeys[] = {{"cases", Kind::number, true},
                               {"exit", Kind::number, true},
                               {"seconds", Kind::number, true},
                               {"known", Kind::list, false}};
constexpr Key kKnownKeys[] = {
    {"entry", Kind::text, true}, {"ran", Kind::number, true}, {"used", Kind::number, true}};

bool is_kind(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.is_string();
    case Kind::number:
      return value.is_number();
    case Kind::flag:
      return value.is_boolean();
    case Kind::list:
      return value.is_array();
    case Kind::map:
      return value.is_object();
  }
  return false;
}

// What is wrong with the keys that the views rely on, or nothing.
template <std::size_t N>
std::string check_keys(const Json& record, const Key (&keys)[N], const std::string& what) {
  if (!is_kind(record, Kind::map)) return what + " is no JSON object";
  for (const Key& key : keys) {
    const auto at = record.find(key.name);
    if (at == record.end() ? key.needed : !is_kind(*at, key.kind))
      return what + " has no usable '" + key.name + "'";
  }
  return {};
}

std::string check_case(const Json& record) {
  std::string wrong = check_keys(record, kCaseKeys, "a case");
  for (std::size_t i = 0; wrong.empty() && i < record["octets"].size(); ++i)
    wrong = check_keys(record["octets"][i], kOctetsKeys, "a case's octets");
  if (!wrong.empty()) return wrong;
  const std::string verdict = text_of(record, "verdict");
  for (const char* known : {"pass", "lenient", "fail", "skip", "error", "known", "stale"}) {
    if (verdict == known) return {};
  }
  return "'" + verdict + "' is no verdict";
}

std::string check_footer(const Json& record) {
  std::string wrong = check_keys(record, kFooterKeys, "the footer");
  for (const Json& one : wrong.empty() ? record.value("known", Json::array()) : Json::array()) {
    if (wrong.empty()) wrong = check_keys(one, kKnownKeys, "the footer's known");
  }
  return wrong;
}

// What the line is wrong in, or nothing. `type` is the record's own.
std::string take_record(const Json& record, Results& results, std::set<std::string>& seen) {
  const std::string type = text_of(record, "type");
  if (type == "header") {
    if (!results.header.is_null()) return "a second header: two runs in one file; use `merge`";
    const auto number = record.find("schema");
    const int schema =
        number != record.end() && number->is_number_integer() ? number->get<int>() : 0;
    if (schema < 1 || text_of(record, "tool") != "osprey-conform")
      return "not a results file of osprey-conform";
    if (schema > kResultsSchema) {
      return "schema " + std::to_string(schema) + " is newer than this program reads (" +
             std::to_string(kResultsSchema) + "); use a newer osprey-conform";
    }
    results.header = record;
    return check_keys(record, kHeaderKeys, "the header");
  }
  if (results.header.is_null()) return "no header comes first: not a results file";
  if (!results.footer.is_null()) return "something follows the footer";
  if (type == "case") {
    if (std::string wrong = check_case(record); !wrong.empty()) return wrong;
    if (!seen.insert(text_of(record, "id") + "\n" + text_of(record, "role")).second) {
      return "case " + text_of(record, "id") + " stands twice";
    }
    results.cases.push_back(record);
    return {};
  }
  if (type != "footer") return "unknown record type '" + type + "'";
  results.footer = record;
  return check_footer(record);
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
    std::string wrong =
        record.is_object() ? take_record(record, results, seen)
        : file.eof() ? "cut short in the middle of a line: the run was interrupted; run it again"
                     : "not a JSON object";
    if (!wrong.empty()) return wrong.insert(0, path + ":" + std::to_string(number) + ": ");
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

// To a device or a pipe; renaming over one would replace it.
static std::string write_through(const std::string& path, const std::string& text) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return "cannot write " + path + ": " + std::strerror(errno);
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = errno;
  if (std::fclose(file) == 0 && written) return {};
  return "cannot write " + path + ": " + std::strerror(written ? errno : write_error);
}

std::string write_file(const std::string& path, const std::string& text) {
  struct stat state {};
  if (path == "-") return write_through("/dev/stdout", text);
  if (::stat(path.c_str(), &state) == 0 && !S_ISREG(state.st_mode))
    return write_through(path, text);
  const std::string beside = path + ".part" + std::to_string(::getpid());
  std::string why = write_through(beside, text);
  if (why.empty() && std::rename(beside.c_str(), path.c_str()) != 0)
    why = std::string(": ") + std::strerror(errno);
  if (why.empty()) return {};
  std::remove(beside.c_str());
  return "cannot write " + path + why.substr(why.rfind(": "));
}

}  // namespace conform
