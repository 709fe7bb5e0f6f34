// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "case/case.hpp"
#include "run/engine/run_time.hpp"
#include "run/result/verdict.hpp"

namespace conform {

// The results of a lane that only a probe has told. They are held back until all else is done; then
// a few of each kind are run again and waited for in full. If one of these gets its answer, so are
// all others of the kind: nobody is failed by a probe who is not of a kind that fails in full.
class ProbedCases {
 public:
  // `samples`: so many of a kind are run again. `lanes`: the name of those that share them, where
  // each runs its cases one after the other: of each kind a lane takes one at most, and of one kind
  // at a time, so that the others have their part.
  ProbedCases(RunTime& time, std::size_t samples, std::string lanes = {})
      : time_(time), samples_(samples), lanes_(std::move(lanes)) {}

  // Takes a result that a probe told; false: it counts as it is.
  bool take(const Case& one, Result& result);
  // What has to be run again, to be waited for in full, those that are alone behind the others.
  // Nothing: what is left counts, unless it waits for another lane.
  std::vector<const Case*> again();
  bool waits() const { return waits_; }
  std::vector<Result> left();

 private:
  struct Told {
    const Case* what;
    Result result;
  };
  struct Kind {
    std::vector<Told> told;
    bool sampled = false;
  };
  static std::vector<Told> unsure(std::vector<Told>& told);
  void run_again(std::vector<const Case*>& out, const Told& one);
  std::vector<const Case*> sample(const std::string& name, Kind& kind, bool& began);
  std::vector<const Case*> sample(Kind& kind, std::size_t most);
  std::string shared(const std::string& kind) const { return lanes_ + ": " + kind; }
  void end_samples();
  bool others_sample() const;

  RunTime& time_;
  std::size_t samples_;
  std::string lanes_;
  std::map<std::string, Kind> kinds_;
  std::map<const Case*, std::string> checked_;  // run again, with the kind they stand for
  std::set<std::string> begun_;                 // of those that lanes share
  bool waits_ = false;
};

}  // namespace conform
