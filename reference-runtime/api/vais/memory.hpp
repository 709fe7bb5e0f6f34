// SPDX-License-Identifier: Apache-2.0
// Vais keeps addresses in i64; here they become spans and back.
#pragma once

#include <osprey/vais_websocket.h>

#include <cstdint>
#include <optional>

#include "wire/buffer.hpp"

namespace osprey::api::vais {

// Nothing for a negative length, or for an address of 0 with a length.
[[nodiscard]] std::optional<wire::ConstOctets> octets_at(std::int64_t address, std::int64_t length);

// opcode -1.
[[nodiscard]] WsFrame no_frame() noexcept;

// A final frame with a copy of `payload` and a NUL behind it; no_frame() without memory.
[[nodiscard]] WsFrame own_frame(std::int64_t opcode, wire::ConstOctets payload);

}  // namespace osprey::api::vais
