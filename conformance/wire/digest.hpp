// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string>

#include "wire/octets.hpp"

namespace conform::wire {

std::array<std::uint8_t, 20> sha1(OctetView octets);
// 64 lower-case hexadecimal digits.
std::string sha256_hex(OctetView octets);
std::string base64(OctetView octets);
// False when the text is not canonical base64.
bool from_base64(std::string_view text, Octets& out);

// RFC 6455 §4.2.2: the accept value that belongs to a key.
std::string accept_for(std::string_view key);

}  // namespace conform::wire
