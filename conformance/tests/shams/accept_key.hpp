// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// Sec-WebSocket-Key and Sec-WebSocket-Accept.
namespace sham {

std::string base64(std::string_view octets);
// nullopt if the text is not base64 with its padding.
std::optional<std::string> base64_decoded(std::string_view text);
// RFC 6455 §4.2.2: SHA-1 over the key's text and a fixed GUID, in base64.
std::string accept_value(std::string_view key);
// 16 fresh random octets in base64.
std::string new_key();
// `count` octets from the system's generator.
std::string random_octets(std::size_t count);

}  // namespace sham
