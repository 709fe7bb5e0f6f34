// SPDX-License-Identifier: Apache-2.0
#include "run/match/stream.hpp"

namespace conform {

std::string kind_of(std::uint8_t opcode) {
  return opcode == wire::kText ? "text " : "binary ";
}

Outcome pending(const Facts& facts, const std::string& what, bool until_fence) {
  if (facts.seen.timeout) return Outcome::timeout(what + " did not come");
  if (facts.seen.end) return Outcome::no(what + " did not come before the end of the connection");
  if (until_fence && facts.seen.fence_answered)
    return Outcome::no(what + " did not come, though the connection is still open and answering");
  return Outcome::wait(what);
}

Outcome pending_pong(const Facts& facts, const std::string& what) {
  return facts.seen.ping_fence_answered
             ? Outcome::no(what + " did not come, though a later ping was answered")
             : pending(facts, what, false);
}

Outcome unechoed(const Facts& facts) {
  return facts.seen.fence_answered ? Outcome::yes()
                                   : pending(facts, "the answer to the fence", false);
}

Outcome answers(const Facts& facts) {
  if (facts.seen.fence_answered || facts.seen.ping_fence_answered) return Outcome::yes();
  return pending(facts, "an answer to the suite's last message or ping", false);
}

Traits life_traits() {
  Traits out;
  out.awaits = Awaits::life;
  out.fence = FenceWish::at_once;
  out.goes_on = true;
  return out;
}

Traits pong_traits() {
  Traits out;
  out.awaits = Awaits::pongs;
  out.fence = FenceWish::with_ping;
  out.goes_on = out.owed = true;
  return out;
}

}  // namespace conform
