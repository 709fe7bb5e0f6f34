// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/fence.hpp"

#include "run/match/word.hpp"

namespace conform {

static constexpr Choice kOnly{"never"};

const ClauseWord kFenceWord = {
    .word = "fence",
    .rank = 1,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (kOnly.read(in, value, "fence")) add_clause(out, std::make_shared<Fence>());
        },
    .schema = schema_of<kOnly>,
    .websocket =
        "`never` none is sent: nothing shows then that the peer is through with what came before"};

}  // namespace conform
