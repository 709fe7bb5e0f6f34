// SPDX-License-Identifier: Apache-2.0
#include "api/vais/memory.hpp"

#include <cstdlib>
#include <cstring>

namespace osprey::api::vais {

std::optional<wire::ConstOctets> octets_at(std::int64_t address, std::int64_t length) {
  if (length < 0 || (address == 0 && length > 0)) {
    return std::nullopt;
  }
  return wire::ConstOctets(reinterpret_cast<const std::uint8_t*>(address),  // NOLINT
                           static_cast<std::size_t>(length));
}

WsFrame no_frame() noexcept {
  return {-1, 0, 0, 0, 0};
}

WsFrame own_frame(std::int64_t opcode, wire::ConstOctets payload) {
  auto* const copy = static_cast<std::uint8_t*>(std::calloc(payload.size() + 1, 1));
  if (copy == nullptr) {
    return no_frame();
  }
  if (!payload.empty()) {
    std::memcpy(copy, payload.data(), payload.size());
  }
  return {opcode, reinterpret_cast<std::int64_t>(copy), static_cast<std::int64_t>(payload.size()),
          1, 0};
}

}  // namespace osprey::api::vais
