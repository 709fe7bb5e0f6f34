// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// Setup http: whether a connection carries on.
class ConnectionClause : public Clause {
 public:
  enum class Wish : std::uint8_t { kept, closed, fresh };
  explicit ConnectionClause(Wish wish) : Clause(kConnectionWord), wish_(wish) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
  Exchanges exchanges() const override;
  bool is_kept() const { return wish_ == Wish::kept; }
  bool is_closed() const { return wish_ == Wish::closed; }

 private:
  Outcome of_client(const Facts& facts) const;
  Wish wish_;
};

}  // namespace conform
