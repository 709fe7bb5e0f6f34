// SPDX-License-Identifier: Apache-2.0
#include "run/match/unexpected.hpp"

#include <algorithm>

#include "run/match/expectation.hpp"
#include "run/match/stream.hpp"
#include "wire/describe.hpp"

namespace conform {

// A limit alone leaves open how the connection fares.
static bool only_measures(const Expect& expect) {
  return limits_of(expect).any() && !has(expect, [](const Traits& one) { return one.goes_on; });
}

Outcome not_forbidden(const Facts& facts, const Expect& expect) {
  const Seen& seen = facts.seen;
  if (!seen.violation.empty()) return Outcome::no("the implementation sent " + seen.violation);
  const bool measured = only_measures(expect);
  if (seen.close && !measured && !has(expect, [](const Traits& one) { return one.may_close; })) {
    const std::string code = seen.close->code ? " " + std::to_string(*seen.close->code) : "";
    return Outcome::no("the implementation closed the connection (Close" + code + ")");
  }
  if (seen.end && !measured && !has(expect, [](const Traits& one) { return one.may_end; }))
    return Outcome::no("the implementation ended the connection");
  return Outcome::yes();
}

Outcome no_message_too_many(const Facts& facts, const Expect& expect) {
  if (has(expect, [](const Traits& one) { return one.keeps_payloads || one.any_message; }))
    return Outcome::yes();
  const bool echoes = takes_messages(expect);
  for (const SeenMessage& message : facts.seen.messages) {
    if (echoes && message.matches_echo) continue;
    return Outcome::no("the implementation sent an unexpected message: " + kind_of(message.opcode) +
                       wire::describe(message.payload) +
                       (echoes ? ", which is not the expected echo" : ""));
  }
  return Outcome::yes();
}

}  // namespace conform
