// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/value.hpp"
#include "run/match/http_legal.hpp"
#include "run/match/responses.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// The head is what a server may send, or even has a tidy form.
class Legal : public ResponseClause {
 public:
  explicit Legal(Legality how) : ResponseClause(kLegalWord), how_(how) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Outcome of(const Facts& facts, const wire::HttpMessage& response) const override;
  Legality how() const { return how_; }

 private:
  Legality how_;
};

inline constexpr Choice kLegality{"true", "tidy"};
Legality read_legality(Reading& in, const Tree& value);

}  // namespace conform
