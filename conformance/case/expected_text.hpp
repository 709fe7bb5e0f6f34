// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "case/case.hpp"

namespace conform {

// What a step demands, in a line for people; then what it takes as allowed but not strict.
std::string expected_text(const Step& step);
// Of a case before its first step.
std::string expected_of_setup(const Case& one, Role role);

}  // namespace conform
