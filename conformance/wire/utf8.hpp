// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "wire/octets.hpp"

namespace conform::wire {

// RFC 3629: no surrogates, nothing over U+10FFFF, no overlong forms, no cut sequence at the end.
bool valid_utf8(OctetView octets);

// Where the code point begins that the octet at `at` belongs to, in text that is UTF-8; the end of
// the text is the beginning of none.
std::size_t start_of_code_point(OctetView text, std::size_t at);

}  // namespace conform::wire
