// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "wire/octets.hpp"

namespace conform::wire {

// RFC 3629: no surrogates, nothing over U+10FFFF, no overlong forms, no cut sequence at the end.
bool valid_utf8(OctetView octets);

}  // namespace conform::wire
