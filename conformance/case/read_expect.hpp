// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "case/reading.hpp"

namespace conform {

Expect read_expect(Reading& in, const Tree& tree);
NumberSet read_numbers(Reading& in, const Tree& tree, std::string_view field);
// Parameters of permessage-deflate and what each may be.
std::vector<std::pair<std::string, NumberSet>> read_parameters(Reading& in, const Tree& tree);
std::vector<HeaderExpect> read_header_expects(Reading& in, const Tree& tree);
// The tree on one line, as a person would write it.
std::string one_line(const Tree& tree);

}  // namespace conform
