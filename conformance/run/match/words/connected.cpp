// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/connected.hpp"

#include "run/match/stream.hpp"
#include "run/match/word.hpp"

namespace conform {

Outcome Connected::match(const Facts& facts, const Expect&) const {
  return answers(facts);
}

Traits Connected::traits() const {
  return life_traits();
}

const ClauseWord kConnectedWord = {
    .word = "connected",
    .rank = 35,
    .read = read_flag<Connected, kConnectedWord>,
    .schema = Flag::schema,
    .websocket =
        "the connection works: it is open and answering (client role: also after a `response`)"};

}  // namespace conform
