// SPDX-License-Identifier: Apache-2.0
#include "run/match/stream.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {
namespace {

class Pongs : public Clause {
 public:
  explicit Pongs(bool all) : Clause(kPongsWord), all_(all) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    const PingAccount& pings = facts.channel.encoder.pings;
    if (all_ ? pings.unanswered() == 0 : pings.last_answered()) return Outcome::yes();
    // RFC 6455 §5.5.3: the pong of the newest ping may stand for the earlier ones, and the fence is
    // the newest.
    if (!all_ && facts.seen.ping_fence_answered) return Outcome::yes();
    return pending_pong(facts, "the pong of ping " +
                                   wire::describe(all_ ? pings.first_unanswered() : pings.last()));
  }
  Traits traits() const override { return pong_traits(); }

 private:
  bool all_;
};

constexpr Choice kWhich{"all", "last"};

}  // namespace

const ClauseWord kPongsWord = {
    .word = "pongs",
    .rank = 34,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          add_clause(out, std::make_shared<Pongs>(kWhich.read(in, value, "pongs") != 1));
        },
    .schema = schema_of<kWhich>,
    .websocket =
        "`all` every ping since the last expect got its pong, in any order · `last` at "
        "least the last one (earlier ones may be left out)"};

}  // namespace conform
