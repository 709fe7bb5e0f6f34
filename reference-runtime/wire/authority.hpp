// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace osprey::wire {

struct Authority {
  std::string_view host;              // IPv6 without its brackets
  std::optional<std::uint16_t> port;  // absent when not written or written empty
  bool bracketed = false;
};

// RFC 3986 §3.2 without user information: registered name, IPv4 or [IPv6], then perhaps a port of 0
// to 65535. Nothing when malformed or without a host.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text) noexcept;
[[nodiscard]] inline bool is_authority(std::string_view text) noexcept {
  return parse_authority(text).has_value();
}

}  // namespace osprey::wire
