// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "run/match/outcome.hpp"
#include "wire/frame.hpp"

namespace conform {

// RFC 6455 §5.3, §10.3, in so far as it shows from outside: no key again, …
Outcome distinct_keys(const std::vector<wire::MaskKey>& keys);
// … and none to be foretold from those before.
Outcome random_keys(const std::vector<wire::MaskKey>& keys);

}  // namespace conform
