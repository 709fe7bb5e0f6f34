// SPDX-License-Identifier: Apache-2.0
// What the files of words share: how a word with one value is read, and its schema.
#pragma once
#include <memory>

#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

inline constexpr Flag kFlag;
inline constexpr PayloadOf kPayload;
inline constexpr PlainText kText;
inline constexpr SpanOfTime kSpan;

// A word that is only there to be true.
template <class Kind, const ClauseWord& kWord>
void read_flag(Reading& in, const Tree& value, Expect& out) {
  if (Flag::read(in, value, kWord.word)) add_clause(out, std::make_shared<Kind>());
}

// A clause that is made of the value.
template <class Kind, const ClauseWord& kWord, const auto& kValue>
void read_value(Reading& in, const Tree& value, Expect& out) {
  add_clause(out, std::make_shared<Kind>(kValue.read(in, value, kWord.word)));
}

template <const auto& kValue>
std::string schema_of() {
  return kValue.schema();
}

}  // namespace conform
