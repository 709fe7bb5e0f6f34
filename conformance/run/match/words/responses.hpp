// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/match/responses.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// How many responses come, or each of them in its order.
class Responses : public Clause {
 public:
  explicit Responses(std::size_t count) : Clause(kResponsesWord), count_(count) {}
  explicit Responses(std::vector<std::vector<ClausePtr>> list)
      : Clause(kResponsesWord), count_(list.size()), list_(std::move(list)) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
  std::size_t count() const { return count_; }
  bool is_number() const { return list_.empty(); }

 private:
  Outcome of_exchange(const Facts& facts, const Expect& beside) const;
  Outcome of_handshake(const Facts& facts, const Expect& beside) const;
  std::size_t count_;
  std::vector<std::vector<ClausePtr>> list_;
};

}  // namespace conform
