// SPDX-License-Identifier: Apache-2.0
// A client that the judge starts itself: it may die or hang, and the run goes on.
#include <algorithm>

#include "run/client/client_run.hpp"
#include "subject/program_look.hpp"

namespace conform {

// A client that has not come back for so long hangs.
static constexpr Milliseconds kComesBack{10000};
// Until it first comes: an interpreter on a busy machine takes its time to start. Where the first
// one never came, the next are not waited for as long.
static constexpr Milliseconds kStarts{30000};
static constexpr int kIdleStarts = 3;
static constexpr Milliseconds kEnds{1000};

// The connections of a client that is no more end with it, after all that it has sent on them; only
// a process that it has left behind may hold one open.
void ClientRun::await_ends() {
  const TimePoint last = Clock::now() + kEnds;
  const auto at_end = [](const auto& one) {
    return one.first->finished() || one.first->peer_ended();
  };
  do {
    context_.loop.round(Milliseconds(0));
    if (visits_.empty() && std::all_of(running_.begin(), running_.end(), at_end)) return;
    context_.loop.round(Milliseconds(10));
  } while (Clock::now() < last);
}

void ClientRun::client_ended(Agent& agent) {
  await_ends();
  const bool crashed = process_.ended_by_signal();
  const std::string how = "the client crashed: " + process_.how_it_ended();
  for (auto& [key, running] : running_) {
    if (!key->finished())
      key->abort(Verdict::fail, crashed ? Reason::crash(how)
                                        : Reason("the client ended: " + process_.how_it_ended()));
  }
  // They are told of their ends in the next round.
  const TimePoint last = Clock::now() + kEnds;
  while (!running_.empty() && Clock::now() < last) context_.loop.round(Milliseconds(10));
  if (crashed && agent.unconfirmed) {
    Result& result = *agent.unconfirmed;
    result.verdict = Verdict::fail;
    result.crashed = true;
    result.why = how;
    result.seen = how + (result.seen.empty() ? "" : "; before that: " + result.seen);
    result.log = process_.log_tail();
  }
  confirm(agent);
}

// A client may end before a case asks what memory it took.
void ClientRun::sample() {
  const bool measures = std::any_of(running_.begin(), running_.end(), [&](const auto& one) {
    return cases_[one.second.index]->alone;
  });
  if (measures) process_.sample();
}

// Whether it hangs. Where enough have hung in full, a probe is enough to tell.
bool ClientRun::overdue(Agent& agent) {
  const auto quiet = Clock::now() - last_sign_;
  if (!came_) return quiet >= context_.stretched(came_ever_ || starts_ == 1 ? kStarts : kComesBack);
  const bool after_case = agent.unconfirmed && case_ended_;
  const bool probe = after_case && context_.patience->spent(kComesBackKind) &&
                     !context_.in_full.contains(cases_[agent.unconfirmed_index]->id);
  const Milliseconds limit = probe ? context_.patience->probe(kComesBackKind) : kComesBack;
  if (quiet < context_.stretched(limit)) return false;
  if (after_case) hangs(*agent.unconfirmed, probe);
  return true;
}

void ClientRun::hangs(Result& result, bool probe) {
  if (probe)
    context_.patience->probed(kComesBackKind);
  else
    context_.patience->waited_in_vain(kComesBackKind);
  if (result.verdict == Verdict::fail) return;
  result.verdict = Verdict::fail;
  result.timed_out = true;
  result.probed = probe ? kComesBackKind : "";
  result.why = std::string("after the case the client opened no further connection: timeout") +
               (probe ? " (of a probe, as others had timed out in full)" : "");
  result.seen = result.why;
}

// One life of the client: true while it makes sense to start it again.
bool ClientRun::watch_client(Agent& agent) {
  const std::size_t before = first_unjudged(agent);
  last_sign_ = Clock::now();
  came_ = false;
  case_ended_.reset();
  ++starts_;
  while (process_.running()) {
    if (context_.interrupted()) return false;
    sample();
    context_.loop.round(Milliseconds(20));
    if (agent.reported) {
      // Its own end is worth waiting for, though not for ever.
      const TimePoint last = Clock::now() + Milliseconds(2000);
      while (process_.running() && Clock::now() < last) context_.loop.round(Milliseconds(10));
      process_.stop();
      return false;
    }
    if (running_.empty() && overdue(agent)) process_.stop();
  }
  client_ended(agent);
  return first_unjudged(agent) > before;
}

std::string ClientRun::url() const {
  return (options_.tls != nullptr ? "wss://localhost:" : "ws://" + options_.host + ":") +
         std::to_string(listener_.port());
}

std::vector<std::string> ClientRun::filled_command(const std::vector<std::string>& command) const {
  return fill_command(command, {{"url", url()},
                                {"port", std::to_string(listener_.port())},
                                {"host", options_.host},
                                {"ca", options_.ca}});
}

bool ClientRun::drive(const std::vector<std::string>& command) {
  only_agent_ = context_.runtime.name;
  Agent& agent = agents_[only_agent_];
  agent.name = only_agent_;
  agent.judged.assign(cases_.size(), false);
  context_.process = &process_;
  skip_unfit(agent);
  const auto filled = filled_command(command);
  bool complete = judge_left(filled, agent);
  while (complete && prepare_rerun(agent)) complete = judge_left(filled, agent);
  for (Result& result : probed_.left()) sink_(agent.name, std::move(result));
  return complete;
}

// What probes have told is tried again, in part or as a whole: true when there is something, now or
// once another lane has had its part.
bool ClientRun::prepare_rerun(Agent& agent) {
  const std::vector<const Case*> again = probed_.again();
  const bool waits = again.empty() && probed_.waits();
  if (waits) context_.loop.round(Milliseconds(20));
  for (const Case* one : again) {
    const auto found = std::find(cases_.begin(), cases_.end(), one);
    agent.judged[static_cast<std::size_t>(found - cases_.begin())] = false;
  }
  agent.reported = false;
  return !again.empty() || waits;
}

void ClientRun::count_left(Agent& agent) const {
  agent.left.clear();
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (!agent.judged[i]) agent.left.push_back(i);
  }
}

// Starts the client until nothing is left. False when that cannot be.
bool ClientRun::judge_left(const std::vector<std::string>& command, Agent& agent) {
  int idle = 0;
  while (!agent.reported && first_unjudged(agent) < cases_.size()) {
    if (context_.interrupted()) return false;
    count_left(agent);
    const std::string why = process_.start(command, options_.log_file);
    if (!why.empty()) {
      trouble_ = why;
      return false;
    }
    process_.wake(context_.loop);
    idle = watch_client(agent) || agent.reported ? 0 : idle + 1;
    if (agent.reported) break;
    if (idle == 0) continue;
    // It ended without a single case: this one is the reason, or the program is no such client at
    // all.
    const std::size_t next = first_unjudged(agent);
    if (next >= cases_.size()) break;
    if (idle >= kIdleStarts) {
      fail_unasked(agent, "the client never asked for this case; it ended with " +
                              process_.how_it_ended() + "; " + last_words(process_.log_tail(300)));
    }
  }
  confirm(agent);
  return !context_.interrupted();
}

}  // namespace conform
