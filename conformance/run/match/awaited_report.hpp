// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"

namespace conform {

// Setup http, client role: the client's program has reported, or is waited for. In other roles a
// yes.
Outcome await_report(const Facts& facts);

}  // namespace conform
