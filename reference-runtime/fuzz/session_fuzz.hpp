// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/frame.hpp"

namespace osprey::wire::fuzz {

// Input: an octet of set-up (1 deflate, 2 server_no_context_takeover, 4 client_no_context_takeover,
// 8 windows of 9 bits, 16 small limits), an octet with the size of the pieces to feed, then what
// the peer sends. Feeds it whole and in pieces to an echoing session; both must do the same.
void fuzz_session(Role role, const std::uint8_t* data, std::size_t size);

}  // namespace osprey::wire::fuzz
