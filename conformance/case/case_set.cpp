// SPDX-License-Identifier: Apache-2.0
#include "case/case_set.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "case/case_file.hpp"

namespace conform {
namespace fs = std::filesystem;

static bool is_case_file(const std::string& path) {
  return path.size() > 4 && path.substr(path.size() - 4) == ".yml" &&
         path.rfind("requirements/", 0) != 0;
}

std::vector<Source> sources_of_folder(const std::string& folder, Problems& problems) {
  std::vector<Source> out;
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    problems.push_back({folder, 0, "not a folder", "--cases takes the folder that holds rfc6455/"});
    return out;
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".yml" && extension != ".tsv")) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    out.push_back({fs::relative(entry.path(), folder).generic_string(), text.str()});
  }
  return out;
}

// Numbers count by value, so that 5.10 comes after 5.9.
static bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digit(a[i]) && digit(b[j])) {
      std::uint64_t x = 0;
      std::uint64_t y = 0;
      while (i < a.size() && digit(a[i])) x = x * 10 + static_cast<std::uint64_t>(a[i++] - '0');
      while (j < b.size() && digit(b[j])) y = y * 10 + static_cast<std::uint64_t>(b[j++] - '0');
      if (x != y) return x < y;
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

CaseSet load_cases(std::vector<Source> sources, const std::string& shown_prefix, Problems& problems,
                   const Vocabulary& words, const std::function<bool(const Source&)>& wanted) {
  CaseSet set;
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return natural_less(a.path, b.path); });
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  std::set<std::string> ids;
  std::set<std::tuple<std::string, int, std::string>> told;
  for (const Source& source : sources) {
    for (const char c : source.text)
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    if (!is_case_file(source.path) || (wanted && !wanted(source))) continue;
    Problems found;
    for (Case& one :
         read_case_file(source.text, source.path, shown_prefix + source.path, found, words)) {
      if (!ids.insert(one.id).second) {
        found.push_back({shown_prefix + source.path, one.line, "case " + one.id + " exists twice",
                         "rename one of the two"});
      }
      set.cases.push_back(std::move(one));
    }
    // A mistake in the steps of a table shows up once a row; once is enough to mend it.
    for (Problem& problem : found) {
      if (told.insert({problem.file, problem.line, problem.what}).second)
        problems.push_back(problem);
    }
  }
  std::stringstream version;
  version << std::hex << (hash >> 16U);
  set.version = version.str();
  set.sources = std::move(sources);
  return set;
}

}  // namespace conform
