// SPDX-License-Identifier: Apache-2.0
// The checks of what a caller gave. Each returns what is wrong with which argument, or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/outcome.hpp"

namespace osprey::api {

// NULL counts as empty.
[[nodiscard]] inline std::string_view text_of(const char* text) noexcept {
  return text == nullptr ? std::string_view{} : std::string_view(text);
}

// 1 to 65535.
[[nodiscard]] std::optional<Failure> check_port(std::int64_t port);
// An IPv4 or IPv6 address in numbers; a name is none (Osprey §14.2: "IP address to bind to").
[[nodiscard]] std::optional<Failure> check_address(const char* address);
// Begins with '/', visible ASCII, no '#'.
[[nodiscard]] std::optional<Failure> check_path(const char* path);
// UTF-8, not NULL.
[[nodiscard]] std::optional<Failure> check_message(const char* message);
// "Name: value\r\n" lines without anything that could pass as another line (CWE-113). NULL is fine.
[[nodiscard]] std::optional<Failure> check_headers(const char* headers);

[[nodiscard]] Failure unknown_id(std::string_view kind, std::int64_t id);

}  // namespace osprey::api
