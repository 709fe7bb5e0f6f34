// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/stream.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

class Pong : public Clause {
 public:
  explicit Pong(Payload payload) : Clause(kPongWord), payload_(std::move(payload)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    const wire::Octets payload = facts.payloads.make(payload_);
    const auto& came = facts.seen.pongs;
    if (std::find(came.begin(), came.end(), payload) != came.end()) return Outcome::yes();
    const std::string what = "pong " + wire::describe(payload);
    return facts.seen.ping_fence_answered
               ? Outcome::no(what + " did not come, though a later ping was answered")
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
  Payload payload_;
};

}  // namespace

const ClauseWord kPongWord = {
    .word = "pong",
    .rank = 33,
    .read = [](Reading& in, const Tree& value,
               Expect& out) { add_clause(out, std::make_shared<Pong>(read_payload(in, value))); },
    .schema = PayloadOf::schema,
    .websocket = "a pong with this payload came"};

}  // namespace conform
