// SPDX-License-Identifier: Apache-2.0
// Every rendering of results, as text; who writes it where is the caller's.
#pragma once
#include <map>
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
// Autobahn's index.json and its per-case files, by file name.
std::map<std::string, std::string> autobahn_view(const Results& results);

// What changed from `before` to `after`, a line a case; empty when nothing did. `worse` counts
// cases that fail and did not.
std::string comparison_text(const Results& before, const Results& after, int& worse);

// Joins the shards of one run. Empty, or why they do not fit: other runtimes, case sets or seeds; a
// case twice; a case missing.
std::string merge_results(const std::vector<Results>& shards, Results& whole);

}  // namespace conform
