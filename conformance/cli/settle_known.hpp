// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "report/jsonl.hpp"
#include "run/result/known.hpp"

namespace conform::cli {

// At the end of a run: notes what the known entries amounted to, and gives what is wrong with them,
// a line each. Each such line fails the run. In a shard an entry may be idle; that is for `merge`
// to say.
std::vector<std::string> settle_known(const Known& known, bool whole, RunEnd& end);

}  // namespace conform::cli
