// SPDX-License-Identifier: Apache-2.0
#include "run/match/deflate_answer.hpp"

namespace conform {

Outcome match_parameters(const std::vector<std::pair<std::string, NumberSet>>& expected,
                         const wire::Extension& answer) {
  for (const auto& [name, numbers] : expected) {
    const bool there = answer.has(name);
    const auto value = answer.value(name);
    if (!there) {
      if (numbers.none) continue;
      return Outcome::no("the answer lacks " + name);
    }
    if (numbers.present) continue;
    const int number = value && !value->empty() && value->size() < 6 &&
                               value->find_first_not_of("0123456789") == std::string::npos
                           ? std::stoi(*value)
                           : -1;
    if (!numbers.holds(number))
      return Outcome::no("the answer has " + name + (value ? "=" + *value : ""));
  }
  return Outcome::yes();
}

}  // namespace conform
