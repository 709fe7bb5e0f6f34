// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// Where this holds, the case is over.
class Last : public Clause {
 public:
  Last() : Clause(kLastWord) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
};

}  // namespace conform
