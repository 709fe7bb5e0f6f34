// SPDX-License-Identifier: Apache-2.0
#include "run/client/client_run.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace conform {

static constexpr int kMostVisits = 50;
// Of each kind of timeout that only a probe has told, so many cases are waited for in full.
static constexpr std::size_t kSamples = 2;

ClientRun::ClientRun(RunContext& context, Options options, std::vector<const Case*> cases,
                     Sink sink, Reported reported)
    : context_(context),
      options_(std::move(options)),
      cases_(std::move(cases)),
      sink_(std::move(sink)),
      reported_(std::move(reported)),
      listener_(context.loop,
                [this](int fd) {
                  if (look_) ++look_->connections;
                  // The next connection is a case's, whatever its request looks like.
                  if (look_ && look_->counted) look_->asked = true;
                  visits_.push_back(std::make_unique<Visit>(context_, *this, fd, options_.tls));
                }),
      probed_(context, kSamples, options_.tls != nullptr ? "client over TLS" : "client") {
  // What needs a quiet machine comes last, as in the server role.
  std::stable_partition(cases_.begin(), cases_.end(), [](const Case* one) { return !one->alone; });
}

ClientRun::~ClientRun() {
  running_.clear();
  visits_.clear();
  context_.process = nullptr;
}

std::string ClientRun::listen() {
  std::string why = listener_.listen(options_.host, options_.port);
  context_.target.host = options_.host;
  context_.target.port = listener_.port();
  return why;
}

bool ClientRun::serve() {
  while (!stop_) {
    if (context_.interrupted()) return false;
    context_.loop.round(Milliseconds(50));
  }
  // The last client still waits for the end of its connection.
  const TimePoint last = Clock::now() + Milliseconds(500);
  while (!visits_.empty() && Clock::now() < last) context_.loop.round(Milliseconds(20));
  return true;
}

std::string ClientRun::unfit(const Case& one) const {
  for (const std::string& need : one.needs) {
    const bool there = need == "started" ? context_.process != nullptr
                       : need == "tls"   ? options_.tls != nullptr
                                         : context_.runtime.declares(need);
    if (!there)
      return need == "started" ? "osprey-conform did not start the implementation"
                               : "the implementation does not declare " + need;
  }
  return one.setup == Setup::http || one.setup == Setup::driver || one.setup == Setup::tls
             ? "the setup is not for clients"
             : "";
}

ClientRun::Agent& ClientRun::agent_of(const Visit& visit) {
  std::string name = only_agent_.empty() ? visit.query("agent") : only_agent_;
  if (name.empty()) name = "client";
  auto& agent = agents_[name];
  if (agent.name.empty()) {
    agent.name = name;
    agent.judged.assign(cases_.size(), false);
    skip_unfit(agent);
  }
  return agent;
}

void ClientRun::skip_unfit(Agent& agent) {
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (options_.spared && options_.spared(agent.name, *cases_[i])) {
      agent.judged[i] = true;
      continue;
    }
    const std::string why = unfit(*cases_[i]);
    if (why.empty()) continue;
    agent.judged[i] = true;
    sink_(agent.name, unrun_case(*cases_[i], Role::client, Verdict::skip, why));
  }
}

// Every case of a setup waits for the very same answers: where none ever came, no more is tried.
bool ClientRun::hopeless(const Case& one, Result& result) const {
  const std::string kind = "client setup " + std::string(name_of(one.setup));
  if (only_agent_.empty() || context_.in_full.contains(one.id) ||
      !context_.patience->hopeless(kind))
    return false;
  result = unrun_case(one, Role::client, Verdict::fail,
                      {Reason::Kind::timeout,
                       "in the setup, not tried again: timeout, as in all cases of this setup"});
  result.probed = kind;
  return true;
}

// The client's number counts the cases that are left for it.
std::optional<std::size_t> ClientRun::index_of(const Visit& visit, const Agent& agent) const {
  const std::string tuple = visit.query("casetuple");
  const std::string text = visit.query("case");
  std::size_t number = 0;
  if (!tuple.empty()) {
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (cases_[i]->id == tuple) return i;
    }
    return std::nullopt;
  }
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc() ||
      number == 0) {
    return std::nullopt;
  }
  if (!only_agent_.empty()) {
    if (number > agent.left.size()) return std::nullopt;
    return agent.left[number - 1];
  }
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (!unfit(*cases_[i]).empty()) continue;
    if (--number == 0) return i;
  }
  return std::nullopt;
}

void ClientRun::confirm(Agent& agent) {
  if (!agent.unconfirmed) return;
  Result result = std::move(*agent.unconfirmed);
  agent.unconfirmed.reset();
  const bool held = !only_agent_.empty() && probed_.take(*cases_[agent.unconfirmed_index], result);
  if (!held) sink_(agent.name, std::move(result));
}

void ClientRun::on_request(Visit& visit) {
  last_sign_ = Clock::now();
  if (look_) return on_look(visit);
  came_ = came_ever_ = true;
  if (case_ended_) {
    const auto after = std::chrono::duration_cast<Milliseconds>(last_sign_ - *case_ended_);
    context_.patience->answered(kComesBackKind, after);
    case_ended_.reset();
  }
  const std::string& path = visit.path();
  if (path == "/getCaseCount") {
    if (!only_agent_.empty()) return visit.answer(std::to_string(agent_of(visit).left.size()));
    return visit.answer(std::to_string(fit_cases(0)));
  }
  if (path == "/stopServer") {
    stop_ = true;
    return visit.answer("");
  }
  const bool known = path == "/runCase" || path == "/getCaseInfo" || path == "/getCaseStatus" ||
                     path == "/updateReports";
  if (!known && !visit.request().head.first("Upgrade")) return visit.refuse("404 Not Found");
  if (!known) return visit.echo();
  Agent& agent = agent_of(visit);
  went_on(agent);
  if (path == "/updateReports") return update_reports(visit, agent);
  if (path == "/runCase") return run_case(visit, agent);
  const auto index = index_of(visit, agent);
  if (!index) return visit.refuse("404 Not Found");
  if (path == "/getCaseStatus") return answer_status(visit, agent);
  const nlohmann::json info = {{"id", cases_[*index]->id}, {"description", cases_[*index]->rule}};
  visit.answer(info.dump());
}

void ClientRun::run_case(Visit& visit, Agent& agent) {
  const auto index = index_of(visit, agent);
  if (!index) return visit.refuse("404 Not Found");
  if (options_.spared && options_.spared(agent.name, *cases_[*index])) return visit.answer("");
  if (!agent.unconfirmed || agent.unconfirmed_index != *index) {
    confirm(agent);
    agent.visits = 0;
  } else if (++agent.visits > kMostVisits) {
    agent.unconfirmed->verdict = Verdict::fail;
    agent.unconfirmed->why = agent.unconfirmed->seen =
        "the client opened more than " + std::to_string(kMostVisits) + " connections for this case";
    return visit.refuse("404 Not Found");
  }
  if (Result told; hopeless(*cases_[*index], told)) {
    case_ended_ = last_sign_;
    if (!agent.judged[*index]) {
      confirm(agent);
      agent.unconfirmed = std::move(told);
      agent.unconfirmed_index = *index;
      agent.judged[*index] = true;
    }
    return visit.refuse("404 Not Found");
  }
  auto run = std::make_unique<CaseRun>(context_, *cases_[*index], Role::client, 0,
                                       [this](CaseRun& done) { case_done(done); });
  CaseRun* key = run.get();
  running_[key] = Running{&agent, *index, std::move(run)};
  IncomingRequest request = visit.request();
  key->start(visit.hand_over(), std::move(request));
}

// A client that has come for something else is through with the cases that still run; whether they
// may end so is theirs to say.
void ClientRun::went_on(const Agent& agent) {
  for (auto& [key, running] : running_) {
    if (running.agent == &agent) key->went_on();
  }
}

// A client may use the connection of a refused handshake for its next request.
void ClientRun::serve_on(CaseRun& run) {
  auto connection = run.take_connection();
  if (connection == nullptr || connection->ended()) return;
  visits_.push_back(std::make_unique<Visit>(context_, *this, std::move(connection)));
  const wire::Octets rest = run.take_rest();
  visits_.back()->take(rest);
}

static const char* autobahn_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "OK";
    case Verdict::lenient:
      return "NON-STRICT";
    case Verdict::skip:
      return "UNIMPLEMENTED";
    default:
      return "FAILED";
  }
}

void ClientRun::case_done(CaseRun& run) {
  const auto found = running_.find(&run);
  if (found == running_.end()) return;
  last_sign_ = Clock::now();
  case_ended_ = last_sign_;
  Agent& agent = *found->second.agent;
  const std::size_t index = found->second.index;
  const bool again = agent.judged[index];
  const std::string word = autobahn_word(run.result().verdict);
  behaviour_[{agent.name, index}] = word;
  // A client that comes back to the same case can only make it worse.
  const bool same = agent.unconfirmed && agent.unconfirmed_index == index;
  if (!same) confirm(agent);
  if (!again || (same && run.result().verdict == Verdict::fail)) {
    agent.unconfirmed = std::move(run.result());
    agent.unconfirmed_index = index;
  }
  agent.judged[index] = true;
  const auto ended = std::move(found->second.run);
  running_.erase(found);
  for (auto at = waiting_for_status_.begin(); at != waiting_for_status_.end();) {
    if (at->second.first == &agent && at->second.second == index) {
      at->first->answer(nlohmann::json({{"behavior", word}}).dump());
      at = waiting_for_status_.erase(at);
    } else {
      ++at;
    }
  }
  serve_on(*ended);
}

bool ClientRun::still_running(const Agent& agent, std::size_t index) const {
  return std::any_of(running_.begin(), running_.end(), [&](const auto& one) {
    return one.second.agent == &agent && one.second.index == index;
  });
}

void ClientRun::answer_status(Visit& visit, Agent& agent) {
  const std::size_t index = *index_of(visit, agent);
  if (still_running(agent, index)) {
    waiting_for_status_.push_back({&visit, {&agent, index}});
    return;
  }
  const auto found = behaviour_.find({agent.name, index});
  visit.answer(
      nlohmann::json({{"behavior", found == behaviour_.end() ? "UNKNOWN" : found->second}}).dump());
}

void ClientRun::fail_unasked(Agent& agent, const std::string& why) {
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (agent.judged[i]) continue;
    agent.judged[i] = true;
    sink_(agent.name, unrun_case(*cases_[i], Role::client, Verdict::fail, why));
  }
}

void ClientRun::update_reports(Visit& visit, Agent& agent) {
  for (auto& [key, running] : running_) {
    if (running.agent == &agent)
      key->abort(Verdict::fail, key->expects_refusal()
                                    ? "the client kept the connection of a refused handshake open"
                                    : "the client left the case's connection open and asked for "
                                      "/updateReports on another one");
  }
  visit.answer("");
  // What was aborted is told first: this comes behind it.
  context_.loop.post([this, &agent] {
    context_.loop.post([this, &agent] {
      confirm(agent);
      if (!only_agent_.empty() && first_unjudged(agent) < cases_.size()) return;
      fail_unasked(agent, "the client never asked for this case");
      agent.reported = true;
      reported_(agent.name);
      stop_ = stop_ || options_.once;
    });
  });
}

void ClientRun::on_gone(Visit& visit) {
  std::erase_if(waiting_for_status_, [&](const auto& one) { return one.first == &visit; });
  visits_.remove_if([&](const auto& one) { return one.get() == &visit; });
}

std::size_t ClientRun::first_unjudged(const Agent& agent) const {
  const auto found = std::find(agent.judged.begin(), agent.judged.end(), false);
  return static_cast<std::size_t>(found - agent.judged.begin());
}

}  // namespace conform
