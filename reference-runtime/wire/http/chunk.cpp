// SPDX-License-Identifier: Apache-2.0
#include "wire/http/chunk.hpp"

#include <array>
#include <charconv>

#include "wire/http_head.hpp"

namespace osprey::wire::http {
namespace {

std::string_view skip_blanks(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t");
  return at == std::string_view::npos ? std::string_view{} : text.substr(at);
}

std::size_t token_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_token_char(text[n])) {
    ++n;
  }
  return n;
}

// Length of a quoted-string at the front (RFC 9110 §5.6.4), 0 if there is none.
std::size_t quoted_length(std::string_view text) {
  if (text.empty() || text.front() != '"') {
    return 0;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet == '"') {
      return i + 1;
    }
    if (octet == '\\') {
      ++i;
    }
    if (i >= text.size() || (static_cast<unsigned char>(text[i]) < 0x20 && text[i] != '\t') ||
        text[i] == 0x7F) {
      return 0;
    }
  }
  return 0;
}

// RFC 9112 §7.1.1: *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ).
bool extensions_ok(std::string_view rest) {
  rest = skip_blanks(rest);
  while (!rest.empty()) {
    if (rest.front() != ';') {
      return false;
    }
    rest = skip_blanks(rest.substr(1));
    const std::size_t name = token_length(rest);
    if (name == 0) {
      return false;
    }
    rest = skip_blanks(rest.substr(name));
    if (!rest.empty() && rest.front() == '=') {
      rest = skip_blanks(rest.substr(1));
      const std::size_t quoted = quoted_length(rest);
      const std::size_t value = quoted != 0 ? quoted : token_length(rest);
      if (value == 0) {
        return false;
      }
      rest = skip_blanks(rest.substr(value));
    }
  }
  return true;
}

}  // namespace

ChunkLine parse_chunk_line(std::string_view line) {
  ChunkLine result;
  const auto [end, error] =
      std::from_chars(line.data(), line.data() + line.size(), result.size, 16);
  result.size_digits = static_cast<std::size_t>(end - line.data());
  // from_chars takes neither sign nor prefix nor blank, and reports what does not fit.
  if (error != std::errc{}) {
    result.error = WireError::chunk_size_invalid;
    return result;
  }
  const std::string_view rest = line.substr(result.size_digits);
  const bool blank_or_extension =
      rest.empty() || rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t';
  // Blanks belong before a semicolon only.
  const bool only_blanks = !rest.empty() && skip_blanks(rest).empty();
  if (!blank_or_extension || only_blanks) {
    result.error = WireError::chunk_size_invalid;
  } else if (!extensions_ok(rest)) {
    result.error = WireError::chunk_extension_invalid;
  }
  return result;
}

void append_chunk(ConstOctets data, Buffer& out) {
  if (data.empty()) {
    return;
  }
  std::array<char, 18> size{};
  const auto [end, error] = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16);
  (void)error;  // 16 digits always fit
  out.reserve(data.size() + size.size() + 4);
  out.append(std::string_view(size.data(), static_cast<std::size_t>(end - size.data())));
  out.append("\r\n");
  out.append(data);
  out.append("\r\n");
}

void append_last_chunk(Buffer& out) {
  out.append("0\r\n\r\n");
}

}  // namespace osprey::wire::http
