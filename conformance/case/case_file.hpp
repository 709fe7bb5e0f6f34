// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "case/case.hpp"

namespace conform {

// All cases of one file, rows of `each` expanded. `path` is relative to the case folder and makes
// the ids; `shown` is how problems call the file, `words` is what an expectation may say.
std::vector<Case> read_case_file(const std::string& text, const std::string& path,
                                 const std::string& shown, Problems& problems,
                                 const Vocabulary& words);

}  // namespace conform
