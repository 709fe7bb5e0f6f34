// SPDX-License-Identifier: Apache-2.0
#include "case_list.hpp"

#include <algorithm>
#include <charconv>

namespace driver {
namespace {

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<std::vector<CaseRange>> parse_case_list(std::string_view text) {
  std::vector<CaseRange> list;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    const std::size_t dash = part.find('-');
    const auto first = parse_number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_number(part.substr(dash + 1));
    if (!first || !last || *last < *first) {
      return std::nullopt;
    }
    list.push_back({*first, *last});
    if (comma == text.size()) {
      return list;
    }
    text.remove_prefix(comma + 1);
  }
}

bool wanted(const std::vector<CaseRange>& list, unsigned number) {
  return list.empty() || std::any_of(list.begin(), list.end(), [number](const CaseRange& range) {
           return range.first <= number && number <= range.last;
         });
}

}  // namespace driver
