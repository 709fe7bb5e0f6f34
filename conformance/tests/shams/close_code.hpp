// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// RFC 6455 §7.4: the codes of a Close frame.
namespace sham {

constexpr std::uint16_t kNormal = 1000;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kNoCode = 1005;  // never on the wire: an empty body
constexpr std::uint16_t kInvalidData = 1007;
constexpr std::uint16_t kPolicy = 1008;
constexpr std::uint16_t kTooBig = 1009;

// Whether a peer may send this code.
bool is_sendable_code(std::uint16_t code);

}  // namespace sham
