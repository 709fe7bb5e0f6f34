// SPDX-License-Identifier: Apache-2.0
// Every feature word there is: what an implementation may declare in `speaks`, and what a case may
// ask for in `needs`.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "case/problem.hpp"
#include "case/reading.hpp"

namespace conform {

enum class FeatureValue : std::uint8_t { none, may, text, size };

struct Feature {
  std::string_view word;
  FeatureValue value;
  std::string_view example;  // as it is declared; empty: nobody declares it, a run finds out
  std::string_view whose;
  std::string_view meaning;
};

const std::vector<Feature>& features();

// Words that begin so are the user's own, for cases of his own.
inline constexpr std::string_view kOwnFeature = "x-";

// What is wrong with a declared feature ("deflate", "limit:message=65536") or with a need of a
// case, and what to do; without a place.
std::optional<Problem> declared_problem(const std::string& declared);
std::optional<Problem> need_problem(const std::string& need);

// The same of a list in a file, each with its place.
std::vector<std::string> read_speaks(Reading& in, const Tree& tree);
std::vector<std::string> read_needs(Reading& in, const Tree& tree);

}  // namespace conform
