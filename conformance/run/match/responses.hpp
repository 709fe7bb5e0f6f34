// SPDX-License-Identifier: Apache-2.0
// What the clauses about HTTP responses share.
#pragma once
#include "case/expect.hpp"
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"

namespace conform {

// A clause about one response: the first of its expectation, or the one of a list it stands in.
class ResponseClause : public Clause {
 public:
  using Clause::Clause;
  Outcome match(const Facts& facts, const Expect& beside) const override;
  // Of a whole response.
  virtual Outcome of(const Facts& facts, const wire::HttpMessage& response) const = 0;
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::response;
    return out;
  }
};

// Responses that an expectation of setup http takes for itself, those that it has taken, and the
// fewest and the most that any reading of it asks for.
std::size_t responses_wanted(const Expect& expect);
std::size_t responses_taken(const Facts& facts, const Expect& expect);
std::size_t fewest_responses(const Expect& expect);
std::size_t most_responses(const Expect& expect);

// The response that an expectation is about, or what becomes of waiting for it. `response` is
// nullptr where no response is looked at, as in the client role.
Outcome await_response(const Facts& facts, const Expect& expect,
                       const wire::HttpMessage*& response);
// That it is a response, came whole (setup http), and is as `wanted` says.
Outcome match_response(const Facts& facts, const std::vector<ClausePtr>& wanted,
                       const wire::HttpMessage& response);
// No bytes came behind the last response, unless the expectation lets them pass.
Outcome nothing_behind(const Facts& facts, const Expect& expect);
// Setup http, server role: nothing but what was wanted came, up to the fence or the end of the
// connection; where it has to be so.
Outcome nothing_further(const Facts& facts, const Expect& expect);

}  // namespace conform
