// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace conform {

// '*' matches within one part of an id, '**' any number of parts, '?' one character.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace conform
