// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/tcp.hpp"

#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {

Outcome Tcp::held(const Facts& facts) const {
  const Seen& seen = facts.seen;
  if (seen.end) return Outcome::no("the client ended TCP before the server did");
  if (seen.timeout) return Outcome::timeout("the closing handshake was not completed");
  const bool long_enough = seen.both_closed && facts.now - *seen.both_closed >= kHeld;
  return long_enough ? Outcome::yes() : Outcome::wait("300 ms after both Closes");
}

Outcome Tcp::match(const Facts& facts, const Expect&) const {
  if (how_ == How::held) return held(facts);
  if (!facts.seen.end) {
    if (facts.seen.fence_answered)
      return Outcome::no("TCP is still open, and the connection is answering");
    return facts.seen.timeout ? Outcome::timeout("TCP is still open")
                              : Outcome::wait("the end of TCP");
  }
  if (how_ == How::fin && *facts.seen.end == EndOfStream::rst)
    return Outcome::no("TCP ended with a reset (RST), not with FIN");
  return Outcome::yes();
}

Traits Tcp::traits() const {
  Traits out;
  out.awaits = Awaits::tcp_end;
  out.is_end = out.may_end = out.may_close = true;
  out.no_fence = how_ == How::fin;
  out.keeps_tcp = how_ == How::held;
  return out;
}

static constexpr Choice kHow{"ended", "fin", "held"};

const ClauseWord kTcpWord = {
    .word = "tcp",
    .rank = 50,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (const auto how = kHow.read(in, value, "tcp"))
            add_clause(out, std::make_shared<Tcp>(static_cast<Tcp::How>(*how)));
        },
    .schema = schema_of<kHow>,
    .websocket =
        "`ended` the implementation also ends TCP (FIN or RST) before the suite · `fin` "
        "and without RST · `held` (client role) it leaves that to the server for 300 ms "
        "after both Closes"};

}  // namespace conform
