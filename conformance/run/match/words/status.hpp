// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/match/responses.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// The status of the response; of a 101 also that it is a valid one.
class Status : public ResponseClause {
 public:
  explicit Status(NumberSet statuses)
      : ResponseClause(kStatusWord), statuses_(std::move(statuses)) {}
  Outcome of(const Facts& facts, const wire::HttpMessage& response) const override;
  Traits traits() const override;
  bool holds(int status) const { return statuses_.holds(status); }

 private:
  NumberSet statuses_;
};

}  // namespace conform
