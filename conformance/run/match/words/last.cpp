// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/last.hpp"

#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/outcome.hpp"

namespace conform {

Outcome Last::match(const Facts&, const Expect&) const {
  return Outcome::yes();
}

const ClauseWord kLastWord = {
    .word = "last",
    .rank = 1,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (Flag::read(in, value, "last")) add_clause(out, std::make_shared<Last>());
        },
    .schema = Flag::schema,
    .http_server = "where this holds, the case is over: its further steps are left out"};

}  // namespace conform
