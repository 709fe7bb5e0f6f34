// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "run/match/stream.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {
namespace {

class Pong : public Clause {
 public:
  explicit Pong(Payload payload) : Clause(kPongWord), payload_(std::move(payload)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    const wire::Octets payload = facts.payloads.make(payload_);
    const auto& came = facts.seen.pongs;
    if (std::find(came.begin(), came.end(), payload) != came.end()) return Outcome::yes();
    return pending_pong(facts, "pong " + wire::describe(payload));
  }
  Traits traits() const override { return pong_traits(); }

 private:
  Payload payload_;
};

}  // namespace

const ClauseWord kPongWord = {.word = "pong",
                              .rank = 33,
                              .read = read_value<Pong, kPongWord, kPayload>,
                              .schema = PayloadOf::schema,
                              .websocket = "a pong with this payload came"};

}  // namespace conform
