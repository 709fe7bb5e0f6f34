// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "case/number_set.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// Responses 1xx before the final one; no statuses: not one of them.
class Interim : public Clause {
 public:
  explicit Interim(std::optional<NumberSet> statuses)
      : Clause(kInterimWord), statuses_(std::move(statuses)) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;

 private:
  Outcome none_came(const Facts& facts) const;
  std::optional<NumberSet> statuses_;
};

}  // namespace conform
