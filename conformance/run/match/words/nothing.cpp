// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "run/match/stream.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {
namespace {

class Nothing : public Clause {
 public:
  Nothing() : Clause(kNothingWord) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    for (const wire::Octets& pong : facts.seen.pongs) {
      const auto& ours = facts.channel.encoder;
      const bool repeats = ours.pings.has(pong) || std::find(ours.pongs.begin(), ours.pongs.end(),
                                                             pong) != ours.pongs.end();
      if (repeats)
        return Outcome::no("the implementation sent an unexpected pong: " + wire::describe(pong));
    }
    Outcome out = answers(facts);
    const bool http = !facts.channel.in_websocket() && !facts.seen.responses.empty();
    if (out.answer != Answer::yes && http)
      return Outcome::no("the implementation sent an unexpected HTTP response");
    return out;
  }
  Traits traits() const override { return life_traits(); }
};

}  // namespace

const ClauseWord kNothingWord = {
    .word = "nothing",
    .rank = 35,
    .read = read_flag<Nothing, kNothingWord>,
    .schema = Flag::schema,
    .websocket =
        "before the fence was answered nothing else came: no message, no Close, no pong that "
        "repeats bytes of ours"};

}  // namespace conform
