// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// The implementation has closed the connection, with a Close or without.
class Closed : public Clause {
 public:
  Closed() : Clause(kClosedWord) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
};

}  // namespace conform
