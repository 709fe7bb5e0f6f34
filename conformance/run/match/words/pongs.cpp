// SPDX-License-Identifier: Apache-2.0
#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/stream.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

class Pongs : public Clause {
 public:
  explicit Pongs(bool all) : Clause(kPongsWord), all_(all) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    const PingAccount& pings = facts.channel.encoder.pings;
    if (all_ ? pings.unanswered() == 0 : pings.last_answered()) return Outcome::yes();
    const bool answered = facts.seen.ping_fence_answered;
    // RFC 6455 §5.5.3: the pong of the newest ping may stand for the earlier ones, and the fence is
    // the newest.
    if (answered && !all_) return Outcome::yes();
    const std::string what =
        "the pong of ping " + wire::describe(all_ ? pings.first_unanswered() : pings.last());
    return answered ? Outcome::no(what + " did not come, though a later ping was answered")
                    : pending(facts, what, false);
  }
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::pongs;
    out.fence = FenceWish::with_ping;
    out.goes_on = out.owed = true;
    return out;
  }

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
    .schema = [] { return kWhich.schema(); },
    .websocket =
        "`all` every ping since the last expect got its pong, in any order · `last` at "
        "least the last one (earlier ones may be left out)"};

}  // namespace conform
