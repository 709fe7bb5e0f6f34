// SPDX-License-Identifier: Apache-2.0
// Questions about an expectation, before anything is held against it.
#pragma once
#include "case/expect.hpp"

namespace conform {

// Its clause of this kind; nullptr where it does not say the word.
template <class Kind>
const Kind* find(const Expect& expect) {
  for (const ClausePtr& clause : expect.clauses) {
    if (const auto* found = dynamic_cast<const Kind*>(clause.get())) return found;
  }
  return nullptr;
}

using Test = bool (*)(const Traits&);

// Whether a clause of it has the trait; alternatives are left out.
bool has(const Expect& expect, Test test);
// The same with its alternatives, or of all that a step expects and tolerates.
bool has_deep(const Expect& expect, Test test);
bool has_deep(const Step& step, Test test);

inline bool is_end(const Expect& expect) {
  return has(expect, [](const Traits& one) { return one.is_end; });
}
inline bool is_owed(const Expect& expect) {
  return has(expect, [](const Traits& one) { return one.owed; });
}
inline bool takes_messages(const Expect& expect) {
  return has(expect, [](const Traits& one) { return one.takes_messages; });
}

// Whether any clause of all that wishes this of the fence.
bool wishes(const Step& step, FenceWish wish);
// What is waited for, in words.
const char* awaited(const Expect& expect);
// All limits of it together.
Limits limits_of(const Expect& expect);
// `alternative` with what it does not say itself of the expectation it stands in.
Expect merged(const Expect& base, const Expect& alternative);
// The expectation of these words, as a case would write it; for those that come from no file.
Expect expectation_of(const std::string& yaml);

}  // namespace conform
