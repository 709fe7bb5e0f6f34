// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/case.hpp"
#include "case/reading.hpp"

namespace conform {

void read_fetch(Reading& in, const Tree& tree, Fetch& out);

}  // namespace conform
