// SPDX-License-Identifier: Apache-2.0
#include "run/probed_cases.hpp"

#include <algorithm>
#include <iterator>

namespace conform {

bool ProbedCases::take(const Case& one, Result& result) {
  if (const auto found = checked_.find(&one); found != checked_.end()) {
    if (!result.timed_out || result.verdict != Verdict::fail)
      context_.patience->distrust(found->second);
    checked_.erase(found);
    return false;
  }
  if (result.probed.empty()) return false;
  std::vector<Told>& told = kinds_[result.probed].told;
  told.push_back({&one, std::move(result)});
  return true;
}

void ProbedCases::run_again(std::vector<const Case*>& out, const Told& one) {
  context_.in_full.insert(one.what->id);
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
std::vector<const Case*> ProbedCases::sample(Kind& kind) {
  std::vector<const Case*> out;
  std::vector<Told> left;
  const std::size_t every = std::max<std::size_t>(1, kind.told.size() / samples_);
  for (std::size_t i = 0; i < kind.told.size(); ++i) {
    const bool chosen = i % every == every / 2 && out.size() < samples_;
    if (chosen)
      run_again(out, kind.told[i]);
    else
      left.push_back(std::move(kind.told[i]));
  }
  kind.told = std::move(left);
  return out;
}

std::vector<const Case*> ProbedCases::again() {
  std::vector<const Case*> out;
  for (auto& [name, kind] : kinds_) {
    std::vector<const Case*> some;
    // A probe can fail a case, but not pass it.
    for (const Told& one : unsure(kind.told)) run_again(out, one);
    if (context_.patience->distrusted(name)) {
      for (const Told& one : kind.told) run_again(some, one);
      kind.told.clear();
    } else if (!kind.sampled) {
      kind.sampled = true;
      some = sample(kind);
    }
    for (const Case* one : some) checked_[one] = name;
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

std::vector<Result> ProbedCases::left() {
  std::vector<Result> out;
  for (auto& [name, kind] : kinds_) {
    for (Told& one : kind.told) out.push_back(std::move(one.result));
    kind.told.clear();
  }
  return out;
}

}  // namespace conform
