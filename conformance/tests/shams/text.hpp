// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Small helpers on header text. ASCII only, as RFC 6455 §2.1 wants comparisons to be.
namespace sham {

inline std::uint8_t octet(char c) {
  return static_cast<std::uint8_t>(c);
}

char lower(char c);
bool equal_ignoring_case(std::string_view a, std::string_view b);
// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);
// The elements between commas, trimmed; empty ones are kept.
std::vector<std::string_view> split_list(std::string_view text);
// The same without the empty ones, which RFC 2616 §2.1 lets a list have.
std::vector<std::string_view> elements_of(std::string_view list);
bool is_token_char(char c);
// RFC 9110 §5.6.2: at least one character, no separators.
bool is_token(std::string_view text);
std::string upper(std::string_view text);

}  // namespace sham
