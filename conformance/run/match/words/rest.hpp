// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/outcome.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// rest: any
class Rest : public Clause {
 public:
  Rest() : Clause(kRestWord) {}
  Outcome match(const Facts&, const Expect&) const override { return Outcome::yes(); }
};

}  // namespace conform
