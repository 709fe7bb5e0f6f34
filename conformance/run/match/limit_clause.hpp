// SPDX-License-Identifier: Apache-2.0
// What only /proc can tell; the engine measures it once all else holds.
#pragma once
#include "case/expect.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {

// At most so much of one of the limits.
template <auto kField>
class LimitClause : public Clause {
 public:
  using Most = typename std::remove_reference_t<decltype(Limits().*kField)>::value_type;
  LimitClause(const ClauseWord& origin, Most most) : Clause(origin), most_(most) {}
  Outcome match(const Facts&, const Expect&) const override { return Outcome::yes(); }
  Traits traits() const override {
    Traits out;
    out.alone = true;
    return out;
  }
  void limit(Limits& out) const override { out.*kField = most_; }

 private:
  Most most_;
};

template <auto kField, const ClauseWord& kWord>
void add_limit(Expect& out, typename LimitClause<kField>::Most most) {
  add_clause(out, std::make_shared<LimitClause<kField>>(kWord, most));
}

// So many more than before.
inline constexpr WholeNumber kMore{0, 1000000};

template <auto kField, const ClauseWord& kWord>
void read_more(Reading& in, const Tree& value, Expect& out) {
  add_limit<kField, kWord>(out, kMore.read(in, value, kWord.word));
}

}  // namespace conform
