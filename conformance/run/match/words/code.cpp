// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Code : public Clause {
 public:
  explicit Code(NumberSet codes) : Clause(kCodeWord), codes_(std::move(codes)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (!facts.seen.close) return without_close(facts);
    const auto& code = facts.seen.close->code;
    if (!code) return codes_.empty ? Outcome::yes() : Outcome::no("the Close frame has no code");
    if (codes_.holds(*code)) return Outcome::yes();
    return Outcome::no("the connection was closed with code " + std::to_string(*code));
  }

 private:
  // RFC 9293 §3.6: who closes TCP with octets unread resets it, and what it had sent before, its
  // Close too, may be lost by that. Nobody can tell then whether there was one.
  Outcome without_close(const Facts& facts) const {
    const auto& end = facts.seen.end;
    const bool lost = end == EndOfStream::rst && facts.channel.encoder.sent_behind_close();
    if (!end || codes_.none || lost) return Outcome::yes();
    return Outcome::no("the connection ended without a Close frame");
  }

  NumberSet codes_;
};

constexpr NumbersOf kCodes{0, 65535};

}  // namespace

const ClauseWord kCodeWord = {
    .word = "code",
    .rank = 40,
    .read = read_value<Code, kCodeWord, kCodes>,
    .schema = schema_of<kCodes>,
    .needs = "closed",
    .websocket =
        "with closed: `1002`, a list, ranges (`\"3000-4999\"`), `none` = no Close frame at "
        "all, `empty` = Close without a code. Default: any legal one, or none. A Close "
        "that a reset may have taken away (more was sent to it after its own) is not "
        "asked for"};

}  // namespace conform
