// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "wire/describe.hpp"

namespace conform {

// Whether content is as a case says; in setup http with its placeholders filled in.
inline Outcome match_content(const Facts& facts, const Payload& wanted, const wire::Octets& body) {
  wire::Octets octets = facts.payloads.make(wanted);
  if (facts.http) octets = fill_placeholders(octets, *facts.handshake);
  return body == octets ? Outcome::yes() : Outcome::no("the body is " + wire::describe(body));
}

}  // namespace conform
