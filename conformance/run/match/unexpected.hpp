// SPDX-License-Identifier: Apache-2.0
// What no expectation has to say, because it holds for all of them.
#pragma once
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"

namespace conform {

struct Expect;

// A breach of the framing, and a Close or an end of the connection that nothing allows.
Outcome not_forbidden(const Facts& facts, const Expect& expect);
// Messages that nothing allows.
Outcome no_message_too_many(const Facts& facts, const Expect& expect);

}  // namespace conform
