// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/outcome.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// fence: never
class Fence : public Clause {
 public:
  Fence() : Clause(kFenceWord) {}
  Outcome match(const Facts&, const Expect&) const override { return Outcome::yes(); }
  Traits traits() const override {
    Traits out;
    out.no_fence = true;
    return out;
  }
};

}  // namespace conform
