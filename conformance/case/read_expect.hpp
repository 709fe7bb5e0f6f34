// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "case/expect.hpp"
#include "case/number_set.hpp"
#include "case/reading.hpp"

namespace conform {

Expect read_expect(Reading& in, const Tree& tree);
// Adds the clause in the order of ranks; another of its word goes.
void add_clause(Expect& out, ClausePtr clause);
// Parameters of permessage-deflate and what each may be.
std::vector<std::pair<std::string, NumberSet>> read_parameters(Reading& in, const Tree& tree);

}  // namespace conform
