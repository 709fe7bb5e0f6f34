// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Unasked : public Clause {
 public:
  Unasked() : Clause(kUnaskedWord) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    return facts.seen.unasked.empty()
               ? Outcome::yes()
               : Outcome::no("a message nobody asked for came: " + facts.seen.unasked);
  }
};

constexpr Choice kNone{"none"};

}  // namespace

const ClauseWord kUnaskedWord = {
    .word = "unasked",
    .rank = kAfterwards + 4,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (kNone.read(in, value, "unasked")) add_clause(out, std::make_shared<Unasked>());
        },
    .schema = schema_of<kNone>,
    .websocket =
        "`none` no message came on this connection that answers nothing we sent (a "
        "greeting, a server's own messages). Such messages are let pass by every other "
        "word where they are declared, found out, or the server does not echo"};

}  // namespace conform
