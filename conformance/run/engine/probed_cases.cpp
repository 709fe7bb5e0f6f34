// SPDX-License-Identifier: Apache-2.0
#include "run/engine/probed_cases.hpp"

#include <algorithm>
#include <iterator>

namespace conform {

bool ProbedCases::take(const Case& one, Result& result) {
  if (const auto found = checked_.find(&one); found != checked_.end()) {
    if (!result.timed_out || result.verdict != Verdict::fail)
      time_.patience->distrust(found->second);
    checked_.erase(found);
    return false;
  }
  if (result.probed.empty()) return false;
  std::vector<Told>& told = kinds_[result.probed].told;
  told.push_back({&one, std::move(result)});
  return true;
}

void ProbedCases::run_again(std::vector<const Case*>& out, const Told& one) {
  time_.in_full.insert(one.what->id);
  out.push_back(one.what);
}

// Those that are not failed; these leave the list.
std::vector<ProbedCases::Told> ProbedCases::unsure(std::vector<Told>& told) {
  std::vector<Told> out;
  const auto failed = [](const Told& one) {
    return one.result.verdict == Verdict::fail && one.result.timed_out;
  };
  const auto rest = std::stable_partition(told.begin(), told.end(), failed);
  std::move(rest, told.end(), std::back_inserter(out));
  told.erase(rest, told.end());
  return out;
}

// A few, spread over all of them; these leave the list.
std::vector<const Case*> ProbedCases::sample(Kind& kind, std::size_t most) {
  std::vector<const Case*> out;
  std::vector<Told> left;
  const std::size_t every = std::max<std::size_t>(1, kind.told.size() / most);
  for (std::size_t i = 0; i < kind.told.size(); ++i) {
    Told& one = kind.told[i];
    if (i % every == every / 2 && out.size() < most) {
      run_again(out, one);
      // Nothing runs beside it: one of these has to do.
      if (one.what->alone) most = out.size();
    } else {
      left.push_back(std::move(one));
    }
  }
  kind.told = std::move(left);
  return out;
}

std::vector<const Case*> ProbedCases::sample(const std::string& name, Kind& kind, bool& began) {
  if (kind.sampled || kind.told.empty() || (began && !lanes_.empty())) return {};
  kind.sampled = true;
  if (lanes_.empty()) return sample(kind, samples_);
  if (!time_.patience->begin_sample(shared(name), static_cast<int>(samples_))) return {};
  began = true;
  begun_.insert(name);
  return sample(kind, 1);
}

// Whatever came of them: another lane may wait for it.
void ProbedCases::end_samples() {
  for (const std::string& name : begun_) time_.patience->end_sample(shared(name));
  begun_.clear();
}

std::vector<const Case*> ProbedCases::again() {
  end_samples();
  waits_ = others_sample();
  std::vector<const Case*> out;
  bool began = false;
  for (auto& [name, kind] : kinds_) {
    std::vector<const Case*> some;
    // A probe can fail a case, but not pass it.
    for (const Told& one : unsure(kind.told)) run_again(out, one);
    if (time_.patience->distrusted(name)) {
      for (const Told& one : kind.told) run_again(some, one);
      kind.told.clear();
    } else {
      some = sample(name, kind, began);
    }
    for (const Case* one : some) checked_[one] = name;
    out.insert(out.end(), some.begin(), some.end());
  }
  // Looked at before and behind: what another lane has found out meanwhile is not missed.
  waits_ = waits_ || others_sample();
  std::stable_partition(out.begin(), out.end(), [](const Case* one) { return !one->alone; });
  return out;
}

bool ProbedCases::others_sample() const {
  return std::any_of(kinds_.begin(), kinds_.end(), [this](const auto& one) {
    return !one.second.told.empty() && time_.patience->is_sampling(shared(one.first));
  });
}

std::vector<Result> ProbedCases::left() {
  end_samples();
  std::vector<Result> out;
  for (auto& [name, kind] : kinds_) {
    for (Told& one : kind.told) out.push_back(std::move(one.result));
    kind.told.clear();
  }
  return out;
}

}  // namespace conform
