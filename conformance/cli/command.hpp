// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "case/case_set.hpp"

namespace conform::cli {

// Exit codes, as every command uses them.
enum Exit : int { exit_good = 0, exit_failed = 1, exit_usage = 2, exit_harness = 3 };

// What picks cases; shared by run, serve and list.
struct Selection {
  std::string cases_folder;  // empty = the compiled-in cases
  std::vector<std::string> only, levels, roles, autobahn;
  std::string profile = "ci";
};

// Says on standard error what was wrong with the use, a line each; gives exit_usage.
int complain(const std::string& why);
int complain(const Problems& problems);

// The case files of a selection, and what stands before their paths in texts.
std::vector<Source> sources_of(const Selection& selection, Problems& problems);
std::string prefix_of(const Selection& selection);
// What of the case set is loaded: all, or only the files that can hold what the selection names,
// which is sooner done.
enum class Extent : std::uint8_t { all, selected };

// Loads the case set; prints problems and returns false when there are any.
bool load(const Selection& selection, CaseSet& set, Extent extent = Extent::all);
// The cases that the selection names, in the set's order.
std::vector<const Case*> pick(const CaseSet& set, const Selection& selection);

int check_command(const Selection& selection, bool verbose);
int list_command(const Selection& selection, const std::string& format);
// The feature words of `speaks`.
int list_features(const std::string& format);
int explain_command(const Selection& selection, const std::string& id);

}  // namespace conform::cli
