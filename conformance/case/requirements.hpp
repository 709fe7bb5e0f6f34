// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "case/case_set.hpp"

namespace conform {

// One row of requirements/*.tsv: a normative statement.
struct Requirement {
  std::string id, section, level, role, testable, text, file;
  int line = 0;
  // Roles in which a case on the wire is owed.
  bool owes(Role role) const;
};

std::vector<Requirement> read_requirements(const std::vector<Source>& sources, Problems& problems);

// Requirement ids (or id@role) that need no case, with the reason, from
// requirements/not-covered.yml.
struct Exception {
  std::string id, reason;
  int line = 0;
};
std::vector<Exception> read_exceptions(const std::vector<Source>& sources, Problems& problems);

struct Coverage {
  struct Missing {
    const Requirement* requirement;
    Role role;
  };
  std::vector<Missing> missing;
  std::size_t owed = 0, covered = 0, excepted = 0;
};

// Holds the cases against the rows: unknown ids, roles that do not fit and idle exceptions are
// problems.
Coverage check_coverage(const CaseSet& set, const std::vector<Requirement>& rows,
                        const std::vector<Exception>& exceptions, const std::string& shown_prefix,
                        Problems& problems);

}  // namespace conform
