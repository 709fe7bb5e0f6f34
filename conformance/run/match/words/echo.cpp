// SPDX-License-Identifier: Apache-2.0
#include "run/match/stream.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {
namespace {

class Echo : public Clause {
 public:
  explicit Echo(bool all) : Clause(kEchoWord), all_(all) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (!all_) return Outcome::yes();
    if (facts.channel.pings_only) return unechoed(facts);
    if (facts.still_sending && !facts.seen.end && !facts.seen.timeout)
      return Outcome::wait("all to be sent");
    const auto& awaited = facts.channel.encoder.awaited;
    if (awaited.empty() && !facts.still_sending) return Outcome::yes();
    const std::string what =
        awaited.empty() ? "all messages"
                        : kind_of(awaited.front().opcode) + wire::describe(awaited.front().payload);
    return pending(facts, "the echo of " + what, true);
  }
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::echo;
    out.goes_on = out.takes_messages = true;
    out.owed = out.by_echo = all_;
    return out;
  }

 private:
  bool all_;
};

constexpr Choice kHow{"true", "optional"};

}  // namespace

const ClauseWord kEchoWord = {
    .word = "echo",
    .rank = 32,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          add_clause(out, std::make_shared<Echo>(kHow.read(in, value, "echo") != 1));
        },
    .schema = schema_of<kHow>,
    .websocket =
        "`true` every complete, legal message sent since the last expect came back: same "
        "kind, bytes, order; fragmented as the implementation likes · `optional` those "
        "that came back are the first ones, in order, unaltered"};

}  // namespace conform
