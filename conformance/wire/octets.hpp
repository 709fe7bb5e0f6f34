// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace conform::wire {

// Octets as they are on the wire. A string, because most of what the judge sends is short text.
using Octets = std::string;
using OctetView = std::string_view;

inline std::uint8_t octet_at(OctetView octets, std::size_t i) {
  return static_cast<std::uint8_t>(octets[i]);
}

// "81 05 68 ..": at most `limit` octets, then the number of those left out.
std::string to_hex(OctetView octets, std::size_t limit = 64);

// Reads hexadecimal digits with blanks between; false when there is anything else or half an octet.
bool from_hex(std::string_view text, Octets& out);

}  // namespace conform::wire
