// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// Client role: the client ended the connection of a handshake that it does not take.
class Failed : public Clause {
 public:
  Failed() : Clause(kFailedWord) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
};

}  // namespace conform
