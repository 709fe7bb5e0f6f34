// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/buffer.hpp"

namespace osprey::wire {

// Fills `to` from OpenSSL's generator; false when that fails, and then `to` must not be used.
[[nodiscard]] bool random_octets(Octets to) noexcept;

}  // namespace osprey::wire
