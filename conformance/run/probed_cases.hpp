// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "run/context.hpp"
#include "run/verdict.hpp"

namespace conform {

// The results of a lane that only a probe has told. They are held back until all else is done; then
// a few of each kind are run again and waited for in full. If one of these gets its answer, so are
// all others of the kind: nobody is failed by a probe who is not of a kind that fails in full.
class ProbedCases {
 public:
  // `samples`: so many of a kind are run again.
  ProbedCases(RunContext& context, std::size_t samples) : context_(context), samples_(samples) {}

  // Takes a result that a probe told; false: it counts as it is.
  bool take(const Case& one, Result& result);
  // What has to be run again, to be waited for in full; nothing: what is left counts.
  std::vector<const Case*> again();
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
  std::vector<const Case*> sample(Kind& kind);

  RunContext& context_;
  std::size_t samples_;
  std::map<std::string, Kind> kinds_;
  std::map<const Case*, std::string> checked_;  // run again, with the kind they stand for
};

}  // namespace conform
