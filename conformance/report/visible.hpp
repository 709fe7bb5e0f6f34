// SPDX-License-Identifier: Apache-2.0
// Text of others, made harmless to show: no control character of it reaches a terminal or a file.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace conform {

enum class Lines : std::uint8_t { escape, keep };

// Control characters, marks that turn the direction of text around and bytes that are not UTF-8
// become escapes such as \x1b; with Lines::keep, line ends and tabs stay.
std::string visible(std::string_view text, Lines lines = Lines::escape);

// In one line: line ends are spaces.
std::string visible_line(std::string text);

// Whether bytes from the wire read as text: the head of an HTTP message, or printable ASCII.
bool is_wire_text(std::string_view bytes);
// Bytes as ASCII with escapes, which can be read back: \r\n, \t, \\, \x00.
std::string escaped_bytes(std::string_view bytes);
// The bytes that pairs of hex digits stand for.
std::string bytes_of_hex(std::string_view hex);
// "81 05 68"
std::string spaced_hex(std::string_view bytes);

}  // namespace conform
