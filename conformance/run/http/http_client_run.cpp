// SPDX-License-Identifier: Apache-2.0
#include "run/http/http_client_run.hpp"

#include <algorithm>

namespace conform {

// So many side by side, and so many with those that only wait: a client that hangs until a timeout
// of its own in every other case holds up none of the rest.
static constexpr std::ptrdiff_t kJobs = 8;
static constexpr std::size_t kMost = 32;
static constexpr Milliseconds kWaits{500};

std::string HttpClientRun::unfit(const Case& one) const {
  for (const std::string& need : one.needs) {
    if (need == "tls") {
      if (!has_word(options_.command, "{ca}")) return "the client's command takes no {ca}";
      continue;
    }
    if (need != "started" && need != "plain" && !context_.runtime.declares(need))
      return "the implementation does not declare " + need;
  }
  if (!context_.runtime.declares("http1")) return "the implementation does not declare http1";
  if (one.several_exchanges() && options_.kept.empty())
    return "the runtime file has no http-client-kept";
  if (!one.several_exchanges() && options_.command.empty())
    return "the runtime file has no http-client";
  return {};
}

std::unique_ptr<HttpClientCase> HttpClientRun::make(const Case& one) {
  const std::string log = options_.folder + "/fetch-" + std::to_string(started_++) + ".log";
  if (one.several_exchanges())
    return std::make_unique<HttpKept>(context_, one, HttpKept::Options{options_.kept, log});
  return std::make_unique<HttpFetch>(
      context_, one, HttpFetch::Options{options_.command, options_.folder, log, ca_});
}

// Where no program ever asked for anything, no more of them are started.
bool HttpClientRun::not_tried(const Case& one) {
  if (one.several_exchanges() || context_.in_full.contains(one.id) ||
      !context_.patience->hopeless(HttpFetch::kStartKind))
    return false;
  Result told = unrun_case(
      one, Role::client, Verdict::fail,
      {Reason::Kind::timeout, "not tried: timeout, as no program has asked for anything yet"});
  told.probed = HttpFetch::kStartKind;
  if (!probed_.take(one, told)) sink_(std::move(told));
  return true;
}

// Whether one more may begin beside those that run.
bool HttpClientRun::room() const {
  if (options_.jobs != 0) return active_.size() < static_cast<std::size_t>(options_.jobs);
  const auto at_work =
      std::count_if(active_.begin(), active_.end(), [](const Running& one) { return !one.waits; });
  return at_work < kJobs && active_.size() < kMost;
}

bool HttpClientRun::fill() {
  if (active_.empty()) alone_ = false;
  // What is overdue waits until nothing moves: no more is set in motion until that is decided.
  if (context_.stalled > 0) return true;
  while (!queue_.empty() && !alone_ && room()) {
    const Case& one = *queue_.front();
    if (one.alone && !active_.empty()) return true;
    queue_.pop_front();
    if (not_tried(one)) continue;
    alone_ = one.alone;
    auto fetch = make(one);
    trouble_ = fetch->start();
    if (!trouble_.empty()) return false;
    const IdleWatch idle(fetch->program(), kWaits);
    active_.push_back({std::move(fetch), idle});
  }
  return true;
}

void HttpClientRun::collect() {
  for (auto at = active_.begin(); at != active_.end();) {
    HttpClientCase& one = *at->what;
    if (!one.settled()) {
      at->waits = at->waits || at->idle.is_over();
      ++at;
      continue;
    }
    if (!probed_.take(one.what(), one.result())) sink_(std::move(one.result()));
    at = active_.erase(at);
    context_.process = nullptr;
  }
}

std::string HttpClientRun::prepare_ca() {
  if (!ca_.empty() || !has_word(options_.command, "{ca}")) return {};
  CertificateFiles files;
  std::string why = make_certificates(options_.folder, CertificateKind::good, files);
  ca_ = files.ca;
  return why;
}

// Whether there is more to run.
bool HttpClientRun::settle_probed() {
  for (const Case* one : probed_.again()) queue_.push_back(one);
  if (!queue_.empty()) return true;
  for (Result& result : probed_.left()) sink_(std::move(result));
  return false;
}

bool HttpClientRun::run(const std::vector<const Case*>& cases) {
  trouble_ = prepare_ca();
  if (!trouble_.empty()) return false;
  for (const Case* one : cases) {
    const std::string why = unfit(*one);
    if (why.empty()) {
      queue_.push_back(one);
      continue;
    }
    sink_(unrun_case(*one, Role::client, Verdict::skip, why));
  }
  std::stable_partition(queue_.begin(), queue_.end(), [](const Case* one) { return !one->alone; });
  while (!queue_.empty() || !active_.empty() || settle_probed()) {
    if (context_.interrupted()) return false;
    if (!fill()) return false;
    context_.loop.round(Milliseconds(10));
    collect();
  }
  return true;
}

}  // namespace conform
