// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "wire/octets.hpp"

namespace conform::wire {

// A payload as a person wants to see it: quoted text when it is printable, else hex; long ones cut,
// with their size.
std::string describe(OctetView octets, std::size_t limit = 48);

}  // namespace conform::wire
