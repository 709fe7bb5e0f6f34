// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// Nothing was taken: a status that says so, or the end of the connection.
class Refused : public Clause {
 public:
  Refused() : Clause(kRefusedWord) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
};

}  // namespace conform
