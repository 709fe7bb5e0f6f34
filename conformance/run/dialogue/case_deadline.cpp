// SPDX-License-Identifier: Apache-2.0
// How long a case waits, and what it learns from waiting in vain.
#include <algorithm>

#include "run/dialogue/case_run.hpp"
#include "run/match/words/within.hpp"

namespace conform {

// A peer that has read nothing for so long does not go on.
static constexpr Milliseconds kReadsOn{500};
static constexpr Milliseconds kAtWork{3000};  // one that computes may take more yet
static constexpr Milliseconds kLookAgain{100};

// What both roles begin with: the base of what is measured, and the limits.
void CaseRun::begin() {
  measurement_.begin();
  engine_.limit(Milliseconds(context_.full ? 900000 : 60000));
}

bool CaseRun::waits_on() {
  if (!peer_reads_on()) return ask_once_more();
  engine_.look_soon();
  return true;
}

void CaseRun::on_late() {
  if (measurement_.runs()) return;
  channel_.seen.timeout = true;
  channel_.note("timeout");
}

bool CaseRun::at_work() {
  return !measurement_.runs() && (peer_reads_on() || context_.is_at_work());
}

// Bytes that the peer's kernel holds are on their way too: as long as its program goes on to read
// them, something moves.
bool CaseRun::peer_reads_on() {
  Connection* connection = channel_.connection();
  const PeerQueue::State peer =
      connection != nullptr ? connection->peer_state() : PeerQueue::State();
  if (!peer.seen || peer.all_taken) return false;
  if (!peer_taken_ || peer.taken > *peer_taken_) {
    peer_taken_ = peer.taken;
    peer_moved_ = Clock::now();
  }
  return Clock::now() - peer_moved_ < context_.stretched(kReadsOn);
}

// What was sent has been taken, or is taken no more. How fast that goes does not matter: only one
// that neither takes anything nor computes has come to rest, and within reason.
bool CaseRun::came_to_rest() {
  const bool reads_on = peer_reads_on();
  const auto quiet = Clock::now() - channel_.last_progress();
  const bool rests = !reads_on && !measurement_.still_moving() &&
                     (measurement_.all_left() || quiet >= kAtWork || !context_.is_at_work());
  if (!rests) engine_.look_again(kLookAgain);
  return rests;
}

// A kind is the role, what the connection speaks, and what is waited for.
std::string CaseRun::awaits() const {
  if (measurement_.runs()) return std::string(name_of(role_)) + " gives back what it held";
  std::string out(name_of(role_));
  // Before the handshake is through, other deadlines of the peer count than behind it.
  const char* const speaks =
      channel_.http ? " http " : (channel_.in_websocket() ? " " : " handshake ");
  out.append(follows_ ? " of a library" : "").append(speaks);
  if (engine_.phase() == Engine::Phase::leaving) return out + "last check";
  if (setup_done() && engine_.step() != nullptr) {
    const Expect& expect = engine_.step()->expect;
    // How long that takes says nothing of the peer: it is our own time.
    if (has(expect, [](const Traits& one) { return one.keeps_tcp; })) return out + "TCP held";
    return out + awaited(expect);
  }
  return out + "setup " + std::string(name_of(case_.setup));
}

}  // namespace conform
