// SPDX-License-Identifier: Apache-2.0
// What only /proc can tell; the engine measures it once all else holds.
#pragma once
#include "case/expect.hpp"
#include "run/match/outcome.hpp"

namespace conform {

class LimitClause : public Clause {
 public:
  LimitClause(const ClauseWord& origin, const Limits& limits) : Clause(origin), limits_(limits) {}
  Outcome match(const Facts&, const Expect&) const override { return Outcome::yes(); }
  Traits traits() const override {
    Traits out;
    out.alone = true;
    return out;
  }
  void limit(Limits& out) const override {
    if (limits_.memory) out.memory = limits_.memory;
    if (limits_.memory_per) out.memory_per = limits_.memory_per;
    if (limits_.cpu) out.cpu = limits_.cpu;
    if (limits_.descriptors) out.descriptors = limits_.descriptors;
    if (limits_.threads) out.threads = limits_.threads;
  }

 private:
  Limits limits_;
};

}  // namespace conform
