// SPDX-License-Identifier: Apache-2.0
#include "report/visible.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace conform {
namespace {

bool is_printable(char c) {
  return c >= 0x20 && c <= 0x7e;
}

// The code point at the front of `text` and its length in bytes; length 0: it is not UTF-8.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

CodePoint code_point_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  std::uint32_t value = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {};
    value = value << 6U | (byte(i) & 0x3fU);
  }
  const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

// Controls of the second set, line separators, marks of direction, and what is no character.
bool is_hidden(std::uint32_t value) {
  return value == 0x7f || (value >= 0x80 && value < 0xa0) || value == 0x200e || value == 0x200f ||
         (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069) ||
         value == 0xfeff || (value & 0xfffeU) == 0xfffe;
}

std::string escaped(char c) {
  if (c == '\r') return "\\r";
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  return fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

bool begins_like_http(std::string_view bytes) {
  if (bytes.substr(0, 5) == "HTTP/") return true;
  const auto space = bytes.find(' ');
  if (space == std::string_view::npos || space < 3) return false;
  const std::string_view method = bytes.substr(0, space);
  const bool word =
      std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return word && bytes.find(" HTTP/") != std::string_view::npos;
}

}  // namespace

std::string visible(std::string_view text, Lines lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint one = code_point_of(text);
    const char c = text.front();
    const bool kept = lines == Lines::keep && (c == '\n' || c == '\t');
    if (one.length == 0 || (one.value < 0x20 && !kept)) {
      out += escaped(c);
    } else if (is_hidden(one.value)) {
      out += fmt::format("\\u{{{:x}}}", one.value);
    } else {
      out += text.substr(0, one.length);
    }
    text.remove_prefix(std::max<std::size_t>(1, one.length));
  }
  return out;
}

std::string visible_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return visible(text);
}

bool is_wire_text(std::string_view bytes) {
  if (bytes.empty()) return false;
  if (begins_like_http(bytes)) return true;
  // The first byte of a frame is none of these, but for some broken ones.
  return is_printable(bytes.front()) && std::all_of(bytes.begin(), bytes.end(), [](char c) {
           return is_printable(c) || c == '\r' || c == '\n' || c == '\t';
         });
}

std::string escaped_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\\') {
      out += "\\\\";
    } else {
      out += is_printable(c) ? std::string(1, c) : escaped(c);
    }
  }
  return out;
}

std::string bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(digit(hex[i]) << 4U | digit(hex[i + 1]));
  return out;
}

std::string spaced_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes)
    out += fmt::format("{}{:02x}", out.empty() ? "" : " ", static_cast<unsigned char>(c));
  return out;
}

}  // namespace conform
