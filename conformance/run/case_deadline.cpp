// SPDX-License-Identifier: Apache-2.0
// How long a case waits, and what it learns from waiting in vain.
#include <algorithm>

#include "run/case_run.hpp"
#include "run/match/words/within.hpp"

namespace conform {

// How often a wait that a probe may cut short is looked at.
static constexpr Milliseconds kLookAgain{25};
// A probe of a peer that is at work waits so many times longer at most.
static constexpr int kAtWork = 5;
// A peer that has read nothing for so long does not go on.
static constexpr Milliseconds kReadsOn{500};

// What both roles begin with: the base of what is measured, and the limits.
void CaseRun::begin() {
  state_began_ = Clock::now();
  begin_measuring();
  arm_overall(Milliseconds(context_.full ? 900000 : 60000));
  arm_deadline(case_.deadline);
}

void CaseRun::arm_deadline(Milliseconds span, bool patient) {
  patient_ = patient;
  limit_ = context_.stretched(span);
  longest_quiet_ = {};
  kind_.clear();
  stalled_.set(false);
  look_again(limit_);
}

void CaseRun::look_again(Clock::duration after) {
  context_.loop.cancel(deadline_);
  const bool whole = !patient_ || (state_ == State::stepping && is_absolute());
  deadline_ = context_.loop.at(
      Clock::now() + (whole ? after : std::min<Clock::duration>(after, kLookAgain)),
      [this] { on_deadline(); });
}

// A step that says itself how long it waits.
bool CaseRun::is_absolute() const {
  return step_ < case_.steps.size() && find<Within>(case_.steps[step_].expect) != nullptr;
}

// A deadline counts only while nothing moves: a runtime that is busy with other connections, or a
// machine that is busy with starting programs, lets this one wait its turn.
void CaseRun::on_deadline() {
  if (!patient_ || (state_ == State::stepping && is_absolute())) return time_out();
  const TimePoint own = std::max(channel_.last_progress(), state_began_);
  const auto quiet = Clock::now() - own;
  if (is_expecting()) {
    longest_quiet_ = std::max(longest_quiet_, quiet);
    kind_ = awaited_kind();
    const bool probe = !context_.in_full.contains(case_.id) && context_.patience->spent(kind_);
    if (probe && is_probe_over(quiet)) {
      probed_ = kind_;
      return time_out();
    }
  }
  if (context_.starting > 0) context_.last_progress = Clock::now();
  const bool patient = quiet < limit_ * 10;
  const auto still = Clock::now() - context_.last_progress;
  const auto left = std::max<Clock::duration>(
      limit_ - quiet, patient ? std::min(limit_, grace()) - still : Clock::duration{});
  stalled_.set(is_expecting() && quiet >= limit_ && left > Clock::duration{});
  if (left > Clock::duration{}) return look_again(left);
  if (peer_reads_on()) return look_again(kLookAgain);
  if (!ask_once_more()) time_out();
}

// A peer that still reads or computes is given its time, within reason: it may be at the answer.
bool CaseRun::is_probe_over(Clock::duration quiet) {
  const Milliseconds probe = context_.stretched(context_.patience->probe(kind_));
  if (quiet < std::min(limit_, probe)) return false;
  const bool at_work = peer_reads_on() || context_.is_at_work();
  return !at_work || quiet >= std::min(limit_, probe * kAtWork);
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

// How long nothing at all has to move before what is overdue has come to its end.
Milliseconds CaseRun::grace() const {
  return context_.stretched(Case{}.deadline);
}

// Whether something is waited for; a step that sends or waits is not what a probe is for.
bool CaseRun::is_expecting() const {
  if (state_ != State::stepping) return true;
  return step_ < allowed_ && step_ < case_.steps.size() &&
         case_.steps[step_].kind == Step::Kind::expect;
}

void CaseRun::time_out() {
  channel_.seen.timeout = true;
  channel_.note("timeout");
  advance();
}

// A kind is the role, what the connection speaks, and what is waited for.
std::string CaseRun::awaited_kind() const {
  std::string out(name_of(role_));
  out.append(follows_ ? " of a library" : "").append(channel_.http ? " http " : " ");
  if (state_ == State::leaving) return out + "last check";
  const bool stepping = state_ == State::stepping || state_ == State::measuring;
  if (stepping && step_ < case_.steps.size()) return out + awaited(case_.steps[step_].expect);
  return out + "setup " + std::string(name_of(case_.setup));
}

void CaseRun::answer_came() {
  if (state_ == State::stepping && (is_absolute() || channel_.seen.timeout)) return;
  // It may have come right before the next look.
  const auto quiet =
      longest_quiet_ + (longest_quiet_ > Clock::duration{} ? kLookAgain : Milliseconds(0));
  context_.patience->answered(awaited_kind(), std::chrono::duration_cast<Milliseconds>(quiet));
}

// What a probe told says so; what was waited for in full is learnt from.
void CaseRun::settle_patience(std::string& why) {
  stalled_.set(false);
  result_.probed = probed_;
  if (result_.verdict != Verdict::fail || !result_.timed_out) return;
  if (probed_.empty() && kind_.empty()) return;
  if (probed_.empty()) return context_.patience->waited_in_vain(kind_);
  context_.patience->probed(probed_);
  why += " (of a probe, as " + std::to_string(context_.patience->in_vain(probed_)) +
         " others of its kind had timed out in full)";
}

}  // namespace conform
