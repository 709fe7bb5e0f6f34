// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "wire/authority.hpp"
#include "wire/handshake_client.hpp"

namespace osprey::wire {
namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kSecurePort = 443;

Failure wrong(std::string_view what) {
  return {WireError::bad_argument, std::string(what)};
}

bool is_visible_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

Outcome<WsUrl> parse_ws_url(std::string_view url) {
  // RFC 6455 §11.1.1: other characters are percent-encoded, and host names are in their ASCII form,
  // before we see them.
  if (!is_visible_ascii(url)) {
    return wrong("URL has a blank, a control or a non-ASCII character; percent-encode it");
  }
  // RFC 6455 §3: the address has no fragment, and a # in a path is written %23.
  if (url.find('#') != std::string_view::npos) {
    return wrong("URL has a fragment; write # as %23");
  }
  const std::size_t scheme_end = url.find("://");
  const std::string_view scheme = url.substr(0, scheme_end);
  WsUrl parts;
  parts.secure = same_ignoring_case(scheme, "wss");
  if (scheme_end == std::string_view::npos || !(parts.secure || same_ignoring_case(scheme, "ws"))) {
    return wrong("URL does not begin with ws:// or wss://");
  }
  url.remove_prefix(scheme_end + 3);
  const std::size_t path = std::min(url.find_first_of("/?"), url.size());
  const std::string_view authority_text = url.substr(0, path);
  if (authority_text.find('@') != std::string_view::npos) {
    return wrong("URL has user information; send credentials in a header field");
  }
  const std::optional<Authority> authority = parse_authority(authority_text);
  if (!authority.has_value()) {
    return wrong("URL has a malformed host or port");
  }
  const std::uint16_t own_port = parts.secure ? kSecurePort : kPlainPort;
  parts.port = authority->port.value_or(own_port);
  if (parts.port == 0) {
    return wrong("URL has port 0");
  }
  parts.host.assign(authority->host);
  std::transform(parts.host.begin(), parts.host.end(), parts.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  parts.authority = authority->bracketed ? "[" + parts.host + "]" : parts.host;
  if (parts.port != own_port) {
    parts.authority.append(":").append(std::to_string(parts.port));
  }
  // RFC 6455 §3: an empty path stands for "/".
  const std::string_view resource = url.substr(path);
  parts.resource = resource.empty() || resource.front() == '?' ? "/" : "";
  parts.resource.append(resource);
  return parts;
}

}  // namespace osprey::wire
