// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "wire/error.hpp"

namespace osprey::wire {

// RFC 6455 §4.1: base64 of 16 fresh random octets. no_randomness when OpenSSL's generator fails.
[[nodiscard]] Outcome<std::string> fresh_key();

// True for base64 of exactly 16 octets (RFC 6455 §4.2.1). Unused bits of the last character may be
// set: the RFC's own example has some.
[[nodiscard]] bool is_valid_key(std::string_view key) noexcept;

// RFC 6455 §4.2.2: base64 of SHA-1 of key and GUID. `internal` when OpenSSL fails.
[[nodiscard]] Outcome<std::string> accept_of(std::string_view key);

}  // namespace osprey::wire
