// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "cli/command.hpp"
#include "report/visible.hpp"

namespace conform::cli {

int complain(const std::string& why) {
  std::fprintf(stderr, "%s\n", visible(why, Lines::keep).c_str());
  return exit_usage;
}

int complain(const Problems& problems) {
  for (const Problem& problem : problems) complain(problem.text());
  return exit_usage;
}

}  // namespace conform::cli
