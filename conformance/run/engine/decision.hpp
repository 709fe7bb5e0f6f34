// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/result/verdict.hpp"

namespace conform {

// The verdict of a case that runs: it is made once, and what was lax on the way counts.
class Decision {
 public:
  // Legal, but lax: the first time is told.
  void relax(const Reason& why, const std::string& expected = {}) {
    if (!lax_ || why_lax_.empty()) {
      why_lax_ = why;
      expected_ = expected;
    }
    lax_ = true;
  }
  bool lax() const { return lax_; }
  // What it comes to if nothing bad happens any more.
  Verdict good() const { return lax_ ? Verdict::lenient : Verdict::pass; }
  const Reason& why_lax() const { return why_lax_; }

  bool made() const { return made_; }
  // False when it was made before: then nothing changes any more.
  bool make(Verdict verdict, const Reason& why, Result& result) {
    if (made_) return false;
    made_ = true;
    result.verdict = verdict;
    result.timed_out = why.is_timeout();
    result.crashed = result.crashed || why.is_crash();
    if (verdict == Verdict::lenient) result.expected = expected_;
    return true;
  }

 private:
  bool lax_ = false, made_ = false;
  Reason why_lax_;
  std::string expected_;
};

}  // namespace conform
