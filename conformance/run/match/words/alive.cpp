// SPDX-License-Identifier: Apache-2.0
#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/stream.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

class Alive : public Clause {
 public:
  Alive() : Clause(kAliveWord) {}
  Outcome match(const Facts& facts, const Expect&) const override { return answers(facts); }
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::life;
    out.fence = FenceWish::at_once;
    out.goes_on = true;
    return out;
  }
};

}  // namespace

const ClauseWord kAliveWord = {
    .word = "alive",
    .rank = 35,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (Flag::read(in, value, "alive")) add_clause(out, std::make_shared<Alive>());
        },
    .schema = Flag::schema,
    .websocket =
        "the connection is still open and answering; `messages: any` beside it lets messages pass"};

}  // namespace conform
