// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/failed.hpp"

#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {

Outcome Failed::match(const Facts& facts, const Expect&) const {
  if (facts.seen.octets_after_request > 0) {
    return Outcome::no("the client did not fail the connection: it sent " +
                       std::to_string(facts.seen.octets_after_request) +
                       " more bytes on it after its request");
  }
  if (facts.seen.end) return Outcome::yes();
  if (facts.seen.timeout)
    return Outcome::timeout("the client left the connection open, and sent nothing more on it");
  return Outcome::wait("the client to end the connection");
}

Traits Failed::traits() const {
  Traits out;
  out.awaits = Awaits::failure;
  out.fence = FenceWish::soon;
  out.is_end = out.may_end = true;
  return out;
}

const ClauseWord kFailedWord = {
    .word = "failed",
    .rank = 36,
    .read = read_flag<Failed, kFailedWord>,
    .schema = Flag::schema,
    .websocket =
        "client role: the client ended the connection and sent not one byte after its request"};

}  // namespace conform
