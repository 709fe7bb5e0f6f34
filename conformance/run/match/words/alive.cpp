// SPDX-License-Identifier: Apache-2.0
#include "run/match/stream.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Alive : public Clause {
 public:
  Alive() : Clause(kAliveWord) {}
  Outcome match(const Facts& facts, const Expect&) const override { return answers(facts); }
  Traits traits() const override { return life_traits(); }
};

}  // namespace

const ClauseWord kAliveWord = {
    .word = "alive",
    .rank = 35,
    .read = read_flag<Alive, kAliveWord>,
    .schema = Flag::schema,
    .websocket =
        "the connection is still open and answering; `messages: any` beside it lets messages pass"};

}  // namespace conform
