// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/rest.hpp"

#include "run/match/word.hpp"

namespace conform {

static constexpr Choice kOnly{"any"};

const ClauseWord kRestWord = {
    .word = "rest",
    .rank = 1,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (kOnly.read(in, value, "rest")) add_clause(out, std::make_shared<Rest>());
        },
    .schema = schema_of<kOnly>,
    .http_server =
        "`any` bytes that are no HTTP response may have come last; else they fail every expect "
        "that holds up to the end of the connection"};

}  // namespace conform
