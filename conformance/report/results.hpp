// SPDX-License-Identifier: Apache-2.0
// A results file as its readers see it: whole and sound, or refused with one line that says why.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace conform {

using Json = nlohmann::ordered_json;

// The versions of the file's shape that this program reads (results.schema.json).
inline constexpr int kResultsSchema = 1;

struct Results {
  Json header;
  std::vector<Json> cases;  // in the file's order; id and role together are unique
  Json footer;

  std::string runtime() const { return header.value("runtime", ""); }
  int total(const std::string& verdict) const;
  // As the run itself ended: 0, 1 or 3.
  int exit_code() const { return footer.value("exit", 0); }
};

// Empty, or what is wrong with the file: unreadable, foreign, of a newer schema, cut short,
// doubled.
std::string read_results(const std::string& path, Results& results);

// One line per record, as the run writes it.
std::string results_text(const Results& results);

// Writes beside the file and renames, so that a full disk leaves what was there; "-" is standard
// output. Empty, or why not.
std::string write_file(const std::string& path, const std::string& text);

std::string text_of(const Json& object, const char* key);
std::vector<std::string> texts_of(const Json& object, const char* key);

}  // namespace conform
