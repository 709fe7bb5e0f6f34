// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "negotiation.hpp"
#include "options.hpp"
#include "url.hpp"

namespace sham {

// The request a client sends; `key` is its Sec-WebSocket-Key.
std::string build_request(const Url& url, const std::string& key, const Options& options);

struct ResponseVerdict {
  enum class Kind : unsigned char { interim, open, refused } kind = Kind::refused;
  std::optional<DeflateParameters> deflate;
  std::string location;  // of a refused redirect
  // Refused by a response of HTTP: its content, and whether the connection serves on behind it.
  bool http = false, serves_on = false;
  std::size_t content = 0;
};

// Judges one whole response head by every check of RFC 6455 §4.1.
ResponseVerdict check_response(std::string_view head, const std::string& key,
                               const Options& options);

}  // namespace sham
