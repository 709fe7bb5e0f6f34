// SPDX-License-Identifier: Apache-2.0
// What the clauses about frames and messages share.
#pragma once
#include <string>

#include "case/clause.hpp"
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"

namespace conform {

std::string kind_of(std::uint8_t opcode);

// Of something that has not come: a wait, or a no once nothing more can come.
Outcome pending(const Facts& facts, const std::string& what, bool until_fence);
// The same of a pong, which the answer to a later ping shows to be missing.
Outcome pending_pong(const Facts& facts, const std::string& what);
// Of a server that does not echo: that it goes on is all that shows of a message it has taken.
Outcome unechoed(const Facts& facts);
// Whether the connection is still open and answering.
Outcome answers(const Facts& facts);

// Of the words about that, and about pongs.
Traits life_traits();
Traits pong_traits();

}  // namespace conform
