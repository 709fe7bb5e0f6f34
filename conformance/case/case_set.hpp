// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "case/case.hpp"

namespace conform {

struct Source {
  std::string path;  // relative to the case folder, with '/'
  std::string text;
};

// The case folder that was compiled in (all *.yml and requirements/*.tsv).
std::vector<Source> embedded_sources();
// The same from a folder on disk; a problem when there is none.
std::vector<Source> sources_of_folder(const std::string& folder, Problems& problems);

struct CaseSet {
  std::vector<Source> sources;
  std::vector<Case> cases;  // in order of file name, then of the file
  std::string version;      // a hash over all of it
};

// Reads the case files of `sources` that are `wanted` (all, if that is empty); the version counts
// every file. `shown_prefix` stands before paths in problems; `words` is what an expectation may
// say.
CaseSet load_cases(std::vector<Source> sources, const std::string& shown_prefix, Problems& problems,
                   const Vocabulary& words, const std::function<bool(const Source&)>& wanted = {});

}  // namespace conform
