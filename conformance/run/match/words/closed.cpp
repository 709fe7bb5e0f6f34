// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/closed.hpp"

#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {

Outcome Closed::match(const Facts& facts, const Expect&) const {
  if (facts.seen.close || facts.seen.end) return Outcome::yes();
  // A pong alone proves little: some libraries answer pings while the application still has the
  // message.
  const bool answered = facts.seen.fence_answered ||
                        (facts.channel.encoder.inside_message() && facts.seen.ping_fence_answered);
  if (answered) return Outcome::no("the connection is still open and answering");
  if (facts.seen.timeout) return Outcome::timeout("the connection is still open");
  return Outcome::wait("the connection to be closed");
}

Traits Closed::traits() const {
  Traits out;
  out.awaits = Awaits::close;
  out.fence = FenceWish::soon;
  out.is_end = out.may_end = out.may_close = true;
  return out;
}

const ClauseWord kClosedWord = {
    .word = "closed",
    .rank = 38,
    .read = read_flag<Closed, kClosedWord>,
    .schema = Flag::schema,
    .websocket =
        "the implementation sent Close or ended TCP, instead of going on to answer. Nothing but "
        "allowed messages came before it"};

}  // namespace conform
