// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "run/result/verdict.hpp"

namespace conform {

enum class Detail : std::uint8_t { brief, full };

// What went over the wire as lines for a terminal: '>' what the suite sent, '<' what it received.
// Frames are hex, HTTP is text with its line ends as escapes. In full nothing that was kept is cut,
// and text has its hex below it.
std::vector<std::string> wire_lines(const std::vector<OctetsAt>& pieces, Detail detail);

}  // namespace conform
