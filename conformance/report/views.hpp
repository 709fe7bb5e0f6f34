// SPDX-License-Identifier: Apache-2.0
// Every rendering of results, as text; who writes it where is the caller's.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "report/results.hpp"

namespace conform {

// Surefire's and Jenkins' JUnit XML: a testsuite a case file; timeouts and harness troubles are
// errors, skips and knowns are skipped.
std::string junit_view(const Results& results);
// For a job summary: totals by document and level, then what failed.
std::string markdown_view(const Results& results);
// A shields.io endpoint.
std::string badge_view(const Results& results);
// SARIF 2.1.0: a rule a case, a result a case that failed.
std::string sarif_view(const Results& results);
// One self-contained page. `requirements`: the rows to show coverage of, as JSON objects {id,
// section, level, role, testable, text}.
std::string html_view(const Results& results, const Json& requirements);
// Several runs side by side, differences first.
std::string html_comparison(const std::vector<Results>& runs);
// Autobahn's index.json with all of the runs, and its per-case files, by file name.
struct AutobahnRun {
  const Results* results = nullptr;
  std::set<std::string> only;  // Autobahn's numbers; empty = all
};
std::map<std::string, std::string> autobahn_view(const std::vector<AutobahnRun>& runs);
// GitHub's workflow commands that make annotations.
std::string annotations_view(const Results& results);
// What fails, as a file of known deviations.
std::string known_view(const Results& results);

// What changed from `before` to `after`, a line a case; empty when nothing did. `worse` counts
// cases that fail and did not.
std::string comparison_text(const Results& before, const Results& after, int& worse);

// Joins the shards of one run. Empty, or why they do not fit: another runtime, case set, seed,
// profile, selection or CI run; a shard or a case twice; a shard or a case missing.
std::string merge_results(const std::vector<Results>& shards, Results& whole);
// Known entries for several cases that excused none of them, by what the footer counts.
std::vector<std::string> idle_known(const Results& whole);

}  // namespace conform
