// SPDX-License-Identifier: Apache-2.0
#include "run/match/responses.hpp"

#include <algorithm>

#include "run/match/expectation.hpp"
#include "run/match/words/connection.hpp"
#include "run/match/words/fence.hpp"
#include "run/match/words/interim.hpp"
#include "run/match/words/last.hpp"
#include "run/match/words/legal.hpp"
#include "run/match/words/refused.hpp"
#include "run/match/words/responses.hpp"
#include "run/match/words/rest.hpp"
#include "wire/describe.hpp"

namespace conform {

using wire::HttpMessage;

std::size_t responses_wanted(const Expect& expect) {
  if (const auto* stated = find<Responses>(expect)) return stated->count();
  if (find<Refused>(expect) != nullptr) return 0;
  const auto* connection = find<ConnectionClause>(expect);
  if (connection != nullptr && connection->is_kept()) return 1;
  const bool interim = find<Interim>(expect) != nullptr;
  const bool one =
      std::any_of(expect.clauses.begin(), expect.clauses.end(), [&](const ClausePtr& clause) {
        // Beside an interim response, legal is about that.
        if (interim && dynamic_cast<const Legal*>(clause.get()) != nullptr) return false;
        return dynamic_cast<const ResponseClause*>(clause.get()) != nullptr;
      });
  return one ? 1 : 0;
}

std::size_t responses_taken(const Facts& facts, const Expect& expect) {
  const std::size_t wanted = find<Refused>(expect) != nullptr ? 1 : responses_wanted(expect);
  return std::min(wanted, facts.seen.responses.size());
}

std::size_t fewest_responses(const Expect& expect) {
  std::size_t out = std::max<std::size_t>(1, responses_wanted(expect));
  for (const Expect& one : expect.any) out = std::min(out, fewest_responses(one));
  return out;
}

std::size_t most_responses(const Expect& expect) {
  std::size_t out = responses_wanted(expect);
  for (const Expect& one : expect.any) out = std::max(out, most_responses(one));
  return out;
}

static Outcome await_exchange(const Facts& facts, const Expect& expect,
                              const HttpMessage*& response) {
  const auto& came = facts.seen.responses;
  const std::size_t wanted = responses_wanted(expect);
  if (wanted == 0) return Outcome::yes();
  if (!came.empty()) response = &came.front();
  if (came.size() >= wanted) return Outcome::yes();
  const std::string what =
      wanted == 1 ? "an HTTP response" : "HTTP response " + std::to_string(came.size() + 1);
  if (facts.seen.end) return Outcome::no(what + " did not come before the end of the connection");
  if (facts.seen.timeout) return Outcome::timeout(what + " did not come");
  return Outcome::wait(what);
}

static Outcome await_handshake(const Facts& facts, const Expect& expect,
                               const HttpMessage*& response) {
  const auto& came = facts.seen.responses;
  if (facts.role != Role::server) return Outcome::yes();
  if (!came.empty()) {
    response = find<Responses>(expect) != nullptr ? &came.front() : &came.back();
    return Outcome::yes();
  }
  // A refusal may do without.
  if (find<Refused>(expect) != nullptr) return Outcome::yes();
  if (facts.seen.end) return Outcome::no("the connection ended without an HTTP response");
  return facts.seen.timeout ? Outcome::timeout("no HTTP response came")
                            : Outcome::wait("an HTTP response");
}

Outcome await_response(const Facts& facts, const Expect& expect, const HttpMessage*& response) {
  response = nullptr;
  if (facts.http_client()) return Outcome::yes();
  return facts.http ? await_exchange(facts, expect, response)
                    : await_handshake(facts, expect, response);
}

Outcome match_response(const Facts& facts, const std::vector<ClausePtr>& wanted,
                       const HttpMessage& response) {
  if (response.head.status() == 0) {
    return Outcome::no("the answer is not an HTTP response: " +
                       wire::describe(response.head.start_line));
  }
  for (const ClausePtr& clause : wanted) {
    const auto* one = dynamic_cast<const ResponseClause*>(clause.get());
    Outcome outcome = one != nullptr ? one->of(facts, response) : Outcome::yes();
    if (outcome.answer != Answer::yes) return outcome;
  }
  if (facts.http && !response.complete) return Outcome::no("the response was cut short");
  return Outcome::yes();
}

Outcome ResponseClause::match(const Facts& facts, const Expect& beside) const {
  const HttpMessage* response = nullptr;
  Outcome sum = await_response(facts, beside, response);
  if (response == nullptr) return sum;
  const bool readable = response->head.status() != 0;
  Outcome one = readable ? of(facts, *response) : Outcome::yes();
  if (one.answer == Answer::yes) one = match_response(facts, {}, *response);
  return one.answer == Answer::no ? one : sum;
}

// Bytes behind the last response, of which no response can be made any more.
Outcome nothing_behind(const Facts& facts, const Expect& expect) {
  const wire::Octets& pending = facts.channel.responses().pending();
  if (pending.empty() || find<Rest>(expect) != nullptr) return Outcome::yes();
  return Outcome::no(std::to_string(pending.size()) + " bytes came " +
                     (facts.seen.responses.empty() ? "that are no HTTP response: "
                                                   : "behind the last response: ") +
                     wire::describe(pending));
}

// Whether the expectation says what comes up to the end, or leaves that to later steps.
static bool says_what_follows(const Facts& facts, const Expect& expect) {
  const bool connection = find<ConnectionClause>(expect) != nullptr;
  if (connection) return true;
  const auto* stated = find<Responses>(expect);
  if (stated != nullptr && stated->is_number()) return true;
  const bool last = facts.last_step || find<Last>(expect) != nullptr;
  if (!last && stated == nullptr && find<Refused>(expect) == nullptr) return false;
  return find<Fence>(expect) == nullptr;
}

Outcome nothing_further(const Facts& facts, const Expect& expect) {
  if (!says_what_follows(facts, expect)) return Outcome::yes();
  const Seen& seen = facts.seen;
  std::size_t wanted = responses_wanted(expect);
  if (find<Refused>(expect) != nullptr) wanted = std::min<std::size_t>(1, seen.responses.size());
  const std::size_t came = seen.responses.size();
  const bool answered = seen.http_fence_sent && came == wanted + 1;
  if (came > wanted + (seen.http_fence_sent ? 1U : 0U)) {
    return Outcome::no(std::to_string(came) + " HTTP responses came; expected " +
                       std::to_string(wanted) +
                       (seen.http_fence_sent ? ", and one to the suite's last request" : ""));
  }
  if (answered && seen.responses.back().head.status() != facts.fence_status) {
    return Outcome::no("the suite's last request on the connection was answered " +
                       std::to_string(seen.responses.back().head.status()) +
                       ", but at the start of the run " + std::to_string(facts.fence_status));
  }
  const auto* connection = find<ConnectionClause>(expect);
  const bool closed = connection != nullptr && connection->is_closed();
  if (closed && answered) return Outcome::no("the connection is still open and answering");
  if (seen.end) {
    const bool kept = connection == nullptr || !connection->is_kept() || answered;
    return kept
               ? nothing_behind(facts, expect)
               : Outcome::no("the connection was closed: a further request on it was not answered");
  }
  if (!seen.timeout) return Outcome::wait("the end of the connection");
  // That the fence's own connection ends is another case's business.
  if (answered) return nothing_behind(facts, expect);
  return Outcome::timeout(closed ? "the connection is still open"
                                 : "a further request on the connection was not answered");
}

}  // namespace conform
