// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// All of the rest no later than that after the last send.
class Within : public Clause {
 public:
  explicit Within(Milliseconds span) : Clause(kWithinWord), span_(span) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
  Milliseconds span() const { return span_; }

 private:
  Milliseconds span_;
};

}  // namespace conform
