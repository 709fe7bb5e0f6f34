// SPDX-License-Identifier: Apache-2.0
#include "cli/settle_known.hpp"

namespace conform::cli {

std::vector<std::string> settle_known(const Known& known, bool whole, RunEnd& end) {
  std::vector<std::string> wrong;
  for (const Known::Usage& one : known.families()) {
    end.known.push_back({one.pattern, one.ran, one.used});
    if (one.used == 0 && whole) wrong.push_back(idle_text(one.pattern));
  }
  for (std::string& text : known.expired()) wrong.push_back(std::move(text));
  return wrong;
}

}  // namespace conform::cli
