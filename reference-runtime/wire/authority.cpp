// SPDX-License-Identifier: Apache-2.0
#include "wire/authority.hpp"

#include <algorithm>
#include <charconv>

namespace osprey::wire {
namespace {

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// RFC 3986 §3.2.2: unreserved characters, sub-delimiters and percent-encoded octets.
bool is_registered_name(std::string_view host) noexcept {
  for (std::size_t i = 0; i < host.size(); ++i) {
    if (host[i] == '%') {
      if (i + 2 >= host.size() || !is_hex(host[i + 1]) || !is_hex(host[i + 2])) {
        return false;
      }
      i += 2;
    } else if (!is_alphanumeric(host[i]) &&
               std::string_view("-._~!$&'()*+,;=").find(host[i]) == std::string_view::npos) {
      return false;
    }
  }
  return !host.empty();
}

bool is_ipv6_text(std::string_view host) noexcept {
  return host.find(':') != std::string_view::npos &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) noexcept {
  Authority authority;
  authority.bracketed = !text.empty() && text.front() == '[';
  const std::size_t end =
      authority.bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  authority.host = authority.bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  if (!(authority.bracketed ? is_ipv6_text(authority.host) : is_registered_name(authority.host))) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(authority.bracketed ? end + 1 : end);
  if (rest.empty()) {
    return authority;
  }
  if (rest.front() != ':') {
    return std::nullopt;
  }
  rest.remove_prefix(1);
  if (!rest.empty()) {
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
    if (error != std::errc() || stop != rest.data() + rest.size()) {
      return std::nullopt;
    }
    authority.port = port;
  }
  return authority;
}

}  // namespace osprey::wire
