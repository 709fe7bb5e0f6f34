// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {
namespace {

class CloseReason : public Clause {
 public:
  explicit CloseReason(Payload reason) : Clause(kReasonWord), reason_(std::move(reason)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (!facts.seen.close) return Outcome::yes();
    const wire::Octets reason = facts.payloads.make(reason_);
    if (facts.seen.close->payload == reason) return Outcome::yes();
    return Outcome::no("the reason of the Close is " + wire::describe(facts.seen.close->payload) +
                       ", not " + wire::describe(reason));
  }

 private:
  Payload reason_;
};

}  // namespace

const ClauseWord kReasonWord = {
    .word = "reason",
    .rank = 39,
    .read = read_value<CloseReason, kReasonWord, kPayload>,
    .schema = PayloadOf::schema,
    .needs = "closed",
    .websocket = "with closed: the payload that the reason of the Close equals"};

}  // namespace conform
