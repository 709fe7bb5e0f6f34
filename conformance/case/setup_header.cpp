// SPDX-License-Identifier: Apache-2.0
#include "case/setup_header.hpp"

#include <algorithm>
#include <string_view>

namespace conform {

static bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 9110 §5.6.2.
static bool is_token(const std::string& text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

bool same_header(const std::string& one, const std::string& other) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

bool has_header(const std::vector<SetupHeader>& headers, const std::string& name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const SetupHeader& one) { return same_header(one.name, name); });
}

std::string check_setup_header(const SetupHeader& header) {
  if (!is_token(header.name)) return "'" + header.name + "' is not a header name";
  for (const char* own :
       {"Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version",
        "Sec-WebSocket-Extensions", "Content-Length", "Transfer-Encoding", "Expect"}) {
    if (same_header(header.name, own))
      return "the header " + header.name + " is what the cases test: it cannot be set for all";
  }
  if (header.value.find_first_of(std::string("\r\n\0", 3)) != std::string::npos)
    return "the value of the header " + header.name + " has a line end in it";
  return {};
}

std::string read_setup_header(const std::string& line, SetupHeader& out) {
  const auto colon = line.find(':');
  if (colon == std::string::npos) return "a header is written 'Name: value', not '" + line + "'";
  out.name = line.substr(0, colon);
  const auto begin = line.find_first_not_of(" \t", colon + 1);
  const auto end = line.find_last_not_of(" \t");
  out.value = begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
  return check_setup_header(out);
}

}  // namespace conform
