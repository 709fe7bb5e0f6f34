// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "run/match/facts.hpp"

namespace conform {

// What an HTTP client printed about an exchange: {"status", "length", "sha256"} or {"error"}, one
// JSON object a line. False for a line that is none; one that is a report, but lacks something,
// becomes its trouble.
bool take_report(std::string_view line, FetchReport& report);

}  // namespace conform
