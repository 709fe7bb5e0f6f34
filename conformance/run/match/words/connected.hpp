// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// The connection is still open and answering.
class Connected : public Clause {
 public:
  Connected() : Clause(kConnectedWord) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
};

}  // namespace conform
