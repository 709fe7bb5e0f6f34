// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sham {

// A ws or wss URI (RFC 6455 §3).
struct Url {
  bool tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string resource;  // path and query, "/" at least

  // The host with the port where it is not the scheme's own.
  std::string authority() const;
};

std::optional<Url> parse_url(std::string_view text);

}  // namespace sham
