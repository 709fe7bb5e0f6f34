// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/connected.hpp"

#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/stream.hpp"

namespace conform {

Outcome Connected::match(const Facts& facts, const Expect&) const {
  return answers(facts);
}

Traits Connected::traits() const {
  Traits out;
  out.awaits = Awaits::life;
  out.fence = FenceWish::at_once;
  out.goes_on = true;
  return out;
}

const ClauseWord kConnectedWord = {
    .word = "connected",
    .rank = 35,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (Flag::read(in, value, "connected")) add_clause(out, std::make_shared<Connected>());
        },
    .schema = Flag::schema,
    .websocket =
        "the connection works: it is open and answering (client role: also after a `response`)"};

}  // namespace conform
