// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/refused.hpp"

#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {

// An error status, or the end of the connection without any byte: nothing was taken.
static Outcome refused_exchange(const Facts& facts) {
  const Seen& seen = facts.seen;
  if (!seen.responses.empty()) {
    const int status = seen.responses.front().head.status();
    return status >= 400 && status <= 599
               ? Outcome::yes()
               : Outcome::no("the implementation answered " + std::to_string(status));
  }
  if (!seen.end) {
    return seen.timeout ? Outcome::timeout("neither a response nor the end of the connection")
                        : Outcome::wait("a refusal");
  }
  return seen.octets_after_request == 0 ? Outcome::yes()
                                        : Outcome::no("the connection ended inside a response");
}

static Outcome refused_handshake(const Facts& facts) {
  const Seen& seen = facts.seen;
  if (facts.role != Role::server) return Outcome::yes();
  if (!seen.responses.empty()) {
    const wire::HttpHead& head = seen.responses.back().head;
    if (head.status() == 0)
      return Outcome::no("the answer is not an HTTP response: " + wire::describe(head.start_line));
    return head.status() != 101
               ? Outcome::yes()
               : Outcome::no("the implementation answered 101: it accepted the handshake");
  }
  if (seen.end) {
    return seen.octets_after_request == 0
               ? Outcome::yes()
               : Outcome::no(
                     "the connection ended in the middle of something that is not an HTTP "
                     "response");
  }
  return seen.timeout ? Outcome::timeout("neither a response nor the end of the connection came")
                      : Outcome::wait("a refusal");
}

Outcome Refused::match(const Facts& facts, const Expect&) const {
  return facts.http ? refused_exchange(facts) : refused_handshake(facts);
}

Traits Refused::traits() const {
  Traits out;
  out.awaits = Awaits::refusal;
  out.is_end = out.may_end = out.exact = out.closes = true;
  return out;
}

const ClauseWord kRefusedWord = {
    .word = "refused",
    .rank = 21,
    .read = read_flag<Refused, kRefusedWord>,
    .schema = Flag::schema,
    .websocket =
        "a complete HTTP response other than 101, or the end of the connection without any byte",
    .http_server = "one 4xx or 5xx, or the end of the connection without any byte"};

}  // namespace conform
