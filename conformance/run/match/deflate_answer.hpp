// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "case/number_set.hpp"
#include "run/match/outcome.hpp"
#include "wire/deflate_negotiation.hpp"

namespace conform {

// Parameters of an answer to an offer of permessage-deflate, each as it has to be.
Outcome match_parameters(const std::vector<std::pair<std::string, NumberSet>>& expected,
                         const wire::Extension& answer);

}  // namespace conform
