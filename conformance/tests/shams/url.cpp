// SPDX-License-Identifier: Apache-2.0
#include "url.hpp"

#include <charconv>

#include "text.hpp"

namespace sham {

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  const std::size_t colon = text.find("://");
  const std::string_view scheme = text.substr(0, colon);
  url.tls = equal_ignoring_case(scheme, "wss");
  const bool known = url.tls || equal_ignoring_case(scheme, "ws");
  // RFC 6455 §3: a WebSocket URI has no fragment.
  if (colon == std::string_view::npos || !known || text.find('#') != std::string_view::npos) {
    return std::nullopt;
  }
  text.remove_prefix(colon + 3);
  const std::size_t slash = text.find_first_of("/?");
  std::string_view authority = text.substr(0, slash);
  const std::string_view rest = slash == std::string_view::npos ? "" : text.substr(slash);
  url.resource = (rest.starts_with('/') ? "" : "/") + std::string(rest);
  url.port = url.tls ? 443 : 80;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t mark = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (mark != std::string_view::npos) {
    const std::string_view digits = authority.substr(mark + 1);
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, url.port);
    if (error != std::errc{} || stop != end) {
      return std::nullopt;
    }
    authority = authority.substr(0, mark);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  url.host = std::string(authority);
  return url.host.empty() ? std::nullopt : std::optional(url);
}

}  // namespace sham
