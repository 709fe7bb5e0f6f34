// SPDX-License-Identifier: Apache-2.0
#include "run/server/server_run.hpp"

#include <algorithm>

#include "run/server/fitness.hpp"

namespace conform {

// So many results wait for one health check at most, and no longer than this.
static constexpr std::size_t kProbeBatch = 24;
static constexpr Milliseconds kProbeEvery{40};
// Of each kind of timeout that only a probe has told, so many cases are waited for in full.
static constexpr std::size_t kSamples = 2;

ServerRun::ServerRun(RunContext& context, Options options, Sink sink)
    : context_(context),
      options_(std::move(options)),
      sink_(std::move(sink)),
      probed_(context, kSamples) {
  probe_case_.id = "health check";
  probe_case_.rule = "The implementation serves a fresh connection.";
  probe_case_.setup = options_.http ? Setup::http : Setup::websocket;
  if (!options_.http) return;
  // GET of the target's path gets a whole response, whatever its status.
  probe_case_.steps.resize(2);
  probe_case_.steps[0].send.items.resize(1);
  probe_case_.steps[0].send.items[0].kind = ItemKind::request;
  probe_case_.steps[1].kind = Step::Kind::expect;
  probe_case_.steps[1].expect = expectation_of("{status: 200-599, fence: never}");
}

ServerRun::~ServerRun() {
  probe_.reset();
  active_.clear();
  context_.process = nullptr;
}

std::string ServerRun::unfit(const Case& one) const {
  const Runtime& runtime = context_.runtime;
  std::string lacks;
  for (const std::string& need : one.needs) {
    const bool there = need == "started" ? context_.process != nullptr
                       : need == "tls"   ? context_.target.tls
                       : need == "plain" ? !context_.target.tls
                                         : runtime.declares(need);
    if (!there) lacks = need;
  }
  if (one.setup == Setup::http && !runtime.declares("http1")) lacks = "http1";
  if (one.setup == Setup::driver) lacks = "a library";
  if (lacks.empty()) {
    const std::string changed = changed_header(one, runtime.headers);
    if (!changed.empty()) return "the server demands " + changed + ", which this case changes";
    return unseen_by(one, context_.manner);
  }
  return lacks == "started" ? "osprey-conform did not start the implementation"
                            : "the implementation does not declare " + lacks;
}

bool ServerRun::run(const std::vector<const Case*>& cases) {
  std::deque<const Case*> alone;
  for (const Case* one : cases) {
    const std::string why = unfit(*one);
    if (why.empty()) {
      (one->alone ? alone : queue_).push_back(one);
    } else {
      emit(unrun_case(*one, Role::server, Verdict::skip, why));
    }
  }
  // What may take longest begins first: the others run beside it.
  std::stable_partition(queue_.begin(), queue_.end(),
                        [](const Case* one) { return one->deadline > Case{}.deadline; });
  queue_.insert(queue_.end(), alone.begin(), alone.end());
  while (!gave_up_) {
    if (context_.interrupted()) return false;
    check_process();
    fill();
    check_health();
    if (nothing_left() && !settle_probed()) break;
    context_.loop.round(Milliseconds(20));
  }
  if (crash_unexplained_) ++unexplained_crashes_;
  return trouble_.empty();
}

bool ServerRun::nothing_left() const {
  return queue_.empty() && solo_queue_.empty() && active_.empty() && unconfirmed_.empty() &&
         !probe_;
}

// Whether there is more to run.
bool ServerRun::settle_probed() {
  for (const Case* one : probed_.again()) queue_.push_back(one);
  if (!queue_.empty()) {
    // It is waited for in full, and so is the connection that shows what it has done.
    context_.in_full.insert(probe_case_.id);
    return true;
  }
  for (Result& result : probed_.left()) emit(std::move(result));
  return false;
}

void ServerRun::fail_all(const Reason& why) {
  for (auto* queue : {&solo_queue_, &queue_}) {
    for (const Case* one : *queue) {
      emit(unrun_case(*one, Role::server, Verdict::fail, why));
    }
    queue->clear();
  }
}

void ServerRun::emit(Result result) {
  sink_(std::move(result));
}

void ServerRun::emit(const Case& one, Result result) {
  if (!probed_.take(one, result)) emit(std::move(result));
}

void ServerRun::fill() {
  const bool quiet = active_.empty() && unconfirmed_.empty() && !probe_;
  if (solo_running_ && quiet) solo_running_ = false;
  if (solo_running_) return;
  if (!solo_queue_.empty()) {
    if (!quiet) return;
    const Case* one = solo_queue_.front();
    solo_queue_.pop_front();
    return start_group(*one, true);
  }
  // What is overdue waits until nothing moves: no more is set in motion until that is decided.
  if (context_.stalled > 0) return;
  while (!queue_.empty() && static_cast<int>(active_.size()) < jobs_) {
    const Case* one = queue_.front();
    const bool solo = one->alone || jobs_ == 1;
    if (solo && !quiet) return;
    queue_.pop_front();
    start_group(*one, solo);
    if (solo) return;
  }
}

void ServerRun::start_group(const Case& one, bool solo) {
  auto owned = std::make_unique<Group>();
  Group* group = owned.get();
  active_[group] = std::move(owned);
  solo_running_ = solo;
  group->what = &one;
  group->solo = solo;
  const int connections = jobs_ == 1 ? 1 : one.connections;
  group->left = static_cast<std::size_t>(connections);
  for (int i = 0; i < connections; ++i) {
    group->runs.push_back(std::make_unique<CaseRun>(
        context_, one, Role::server, i, [this, group](CaseRun& run) { run_done(group, run); }));
  }
  for (auto& run : group->runs) run->start();
}

void ServerRun::run_done(Group* group, CaseRun& run) {
  Result& one = run.result();
  if (!group->any || worse(one.verdict, group->result.verdict)) group->result = std::move(one);
  group->any = true;
  if (--group->left == 0) group_done(group);
}

void ServerRun::group_done(Group* group) {
  unconfirmed_.emplace_back(group->what, std::move(group->result));
  active_.erase(group);
}

void ServerRun::check_health() {
  if (probe_ || unconfirmed_.empty() || gave_up_) return;
  if (jobs_ == 1 && !active_.empty()) return;
  const bool due = active_.empty() || unconfirmed_.size() >= kProbeBatch ||
                   Clock::now() - last_probe_ > kProbeEvery;
  if (due) start_probe();
}

void ServerRun::start_probe() {
  last_probe_ = Clock::now();
  being_confirmed_ = std::move(unconfirmed_);
  unconfirmed_.clear();
  probe_ = std::make_unique<CaseRun>(context_, probe_case_, Role::server, 0, [this](CaseRun& run) {
    // What is called here belongs to the probe, so that it has to outlive the call.
    const std::unique_ptr<CaseRun> ended = std::move(probe_);
    probe_done(run.result());
  });
  probe_->start();
}

void ServerRun::probe_done(const Result& result) {
  if (result.verdict == Verdict::pass) return confirm();
  // A crash that shows as a refused connection is told by its signal.
  if (context_.process != nullptr && !process_.running()) return;
  runtime_died(reason_of(result).behind("a fresh connection is no longer served: "), result.probed);
}

void ServerRun::confirm() {
  for (auto& [what, result] : being_confirmed_) emit(*what, std::move(result));
  being_confirmed_.clear();
}

void ServerRun::check_process() {
  if (context_.process == nullptr || gave_up_) return;
  if (process_.running()) return;
  runtime_died(Reason::crash(process_.how_it_ended()));
}

void ServerRun::blame(Result& result, const Reason& how) {
  result.verdict = Verdict::fail;
  result.crashed = how.is_crash();
  result.timed_out = how.is_timeout();
  result.why = (result.crashed ? "the implementation crashed: " : "after the case ") + how.text;
  result.seen = result.why + (result.seen.empty() ? "" : "; before that: " + result.seen);
  if (result.crashed) result.log = process_.log_tail();
}

void ServerRun::runtime_died(const Reason& how, const std::string& probed) {
  std::vector<std::pair<const Case*, Result>> suspects = std::move(being_confirmed_);
  being_confirmed_.clear();
  for (auto& one : unconfirmed_) suspects.push_back(std::move(one));
  unconfirmed_.clear();
  for (auto& [key, group] : active_) {
    for (auto& run : group->runs) {
      if (!run->finished()) run->abort(Verdict::error, "the implementation died meanwhile");
    }
    suspects.emplace_back(group->what, group->runs.front()->result());
  }
  probe_.reset();
  active_.clear();
  const bool certain = solo_running_ && suspects.size() == 1;
  solo_running_ = false;
  if (certain) {
    blame(suspects.front().second, how);
    // What only a probe has told is looked at again in the end, as it is of a case.
    suspects.front().second.probed = probed.empty() ? "" : "fresh connection: " + probed;
    emit(*suspects.front().first, std::move(suspects.front().second));
    crash_unexplained_ = false;
  } else {
    // Any of them may be the one: each is judged again with nothing beside it.
    for (auto& [what, result] : suspects) solo_queue_.push_back(what);
    crash_unexplained_ = how.is_crash();
  }
  Reason why;
  if (context_.process != nullptr) {
    process_.stop();
    why = start_process();
    if (why.empty() && !probe_once(why))
      return fail_all(why.behind("started again, the implementation serves nothing: "));
  } else {
    const TimePoint last = Clock::now() + context_.stretched(Milliseconds(3000));
    bool serves = false;
    while (!serves && Clock::now() < last && !context_.interrupted()) {
      serves = probe_once(why);
      if (!serves) rest(Milliseconds(10));
    }
    if (serves) why = {};
  }
  if (!why.empty()) give_up(why.text);
}

void ServerRun::give_up(const std::string& why) {
  gave_up_ = true;
  trouble_ = "the implementation is gone: " + why;
  for (const Case* one : solo_queue_) {
    emit(unrun_case(*one, Role::server, Verdict::fail,
                    "the implementation went away during this case or one beside it: " + why));
  }
  solo_queue_.clear();
  for (const Case* one : probed_.again()) {
    emit(unrun_case(*one, Role::server, Verdict::fail,
                    "the implementation went away before this case could be rerun: " + why));
  }
  for (Result& result : probed_.left()) emit(std::move(result));
}

}  // namespace conform
