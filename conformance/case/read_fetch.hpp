// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/case.hpp"
#include "case/reading.hpp"

namespace conform {

void read_fetch(Reading& in, const Tree& tree, Fetch& out);
// A step `exchange: …`.
Exchange read_exchange(Reading& in, const Tree& tree);
// What only cases with exchange steps may say, and what they may not.
void check_exchanges(Reading& in, const Tree& place, const Case& one);

}  // namespace conform
