// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Takeover : public Clause {
 public:
  explicit Takeover(bool wanted) : Clause(kTakeoverWord), wanted_(wanted) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (facts.seen.messages.empty()) return Outcome::no("no message came");
    const bool reaches = std::any_of(facts.seen.messages.begin(), facts.seen.messages.end(),
                                     [](const SeenMessage& message) {
                                       return message.compressed && message.deflate.reaches_before;
                                     });
    if (reaches == wanted_) return Outcome::yes();
    return Outcome::no(reaches ? "a message refers back to an earlier one"
                               : "no message refers back to an earlier one");
  }
  Traits traits() const override {
    Traits out;
    out.by_echo = out.probes_deflate = true;
    return out;
  }

 private:
  bool wanted_;
};

}  // namespace

const ClauseWord kTakeoverWord = {
    .word = "takeover",
    .rank = kAfterwards + 3,
    .read = read_value<Takeover, kTakeoverWord, kFlag>,
    .schema = Flag::schema,
    .websocket = "`false` no message refers back to one before it · `true` one does"};

}  // namespace conform
