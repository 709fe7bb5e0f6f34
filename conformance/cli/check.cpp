// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <map>

#include "case/requirements.hpp"
#include "cli/command.hpp"
#include "run/match/vocabulary.hpp"

namespace conform::cli {

static void print_missing(const Coverage& coverage) {
  for (const auto& missing : coverage.missing) {
    std::printf("no case  %-16s %-7s %-16s %s\n", missing.requirement->id.c_str(),
                std::string(name_of(missing.role)).c_str(), missing.requirement->level.c_str(),
                missing.requirement->text.c_str());
  }
}

int check_command(const Selection& selection, bool verbose) {
  Problems problems;
  auto sources = sources_of(selection, problems);
  const std::string prefix = prefix_of(selection);
  if (!problems.empty()) return complain(problems[0].text());
  const CaseSet set = load_cases(std::move(sources), prefix, problems, vocabulary());
  auto rows = read_requirements(set.sources, problems);
  const auto exceptions = read_exceptions(set.sources, problems);
  const Coverage all = check_coverage(set, rows, exceptions, prefix, problems);
  complain(problems);
  print_missing(all);
  for (const Exception& one : exceptions) {
    if (verbose) std::printf("excused  %-16s %s\n", one.id.c_str(), one.reason.c_str());
  }
  std::map<std::string, int> mapped;
  for (const Case& one : set.cases) {
    for (const std::string& id : one.autobahn) ++mapped[id];
  }
  std::printf(
      "%zu cases, %zu Autobahn cases stood for; %zu of %zu owed rows covered, %zu excused, %zu "
      "without a case\n",
      set.cases.size(), mapped.size(), all.covered, all.owed, all.excepted, all.missing.size());
  if (!problems.empty()) {
    std::fprintf(stderr, "%zu problems\n", problems.size());
    return exit_usage;
  }
  return all.missing.empty() ? exit_good : exit_failed;
}

}  // namespace conform::cli
