// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "run/result/reason.hpp"

namespace conform {

enum class Answer : std::uint8_t { no, wait, yes };

struct Outcome {
  Answer answer = Answer::yes;
  std::string why;                           // of a no, or what is waited for
  Reason::Kind kind = Reason::Kind::stated;  // of a no

  Reason reason() const { return {kind, why}; }
  static Outcome yes() { return {}; }
  static Outcome no(std::string why) { return {Answer::no, std::move(why)}; }
  static Outcome timeout(const std::string& what) {
    Reason reason = Reason::timeout(what);
    return {Answer::no, std::move(reason.text), reason.kind};
  }
  static Outcome wait(std::string why) { return {Answer::wait, std::move(why)}; }
};

// The stronger of two answers decides: one no is enough, all must be yes.
inline void combine(Outcome& sum, Outcome part) {
  if (static_cast<int>(part.answer) < static_cast<int>(sum.answer)) sum = std::move(part);
}

}  // namespace conform
