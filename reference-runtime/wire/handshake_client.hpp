// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/buffer.hpp"
#include "wire/deflate.hpp"
#include "wire/error.hpp"
#include "wire/http_head.hpp"

namespace osprey::wire {

// A ws or wss URL taken apart (RFC 6455 §3).
struct WsUrl {
  bool secure = false;
  std::string host;  // lower case; IPv6 without its brackets
  std::uint16_t port = 80;
  std::string resource;  // path and query, at least "/"
  std::string
      authority;  // for Host: host (bracketed IPv6), with the port unless it is the scheme's own
};

// bad_argument with a detail that says what is wrong. No user information, no fragment, no blanks
// or controls.
[[nodiscard]] Outcome<WsUrl> parse_ws_url(std::string_view url);

struct UpgradeOffer {
  std::string_view resource{};                       // WsUrl::resource
  std::string_view authority{};                      // WsUrl::authority
  std::string_view key{};                            // from fresh_key(), one a connection
  std::span<const std::string_view> subprotocols{};  // distinct tokens
  const DeflateSettings* deflate = nullptr;          // nullptr or !enabled: not offered
  std::span<const HeaderField> extra_fields{};       // Origin, Cookie, ...; none of our own
};

// Appends the request. bad_argument (nothing appended) where a part would make it malformed.
[[nodiscard]] Outcome<std::size_t> append_upgrade_request(const UpgradeOffer& offer, Buffer& out);

// What the server agreed to. `subprotocol` is a view into the head.
struct UpgradeAgreement {
  std::string_view subprotocol;
  std::optional<DeflateParameters> deflate;
  ResponseHead head;
};

// Judges the response (RFC 6455 §4.1). `head` is HeadReader::text(); on failure drop the
// connection. A status other than 101 gives status_not_101 with the status line as detail; an
// interim 1xx other than 101 does too, so skip those first with is_interim_response().
[[nodiscard]] Outcome<UpgradeAgreement> check_upgrade_response(std::string_view head,
                                                               const UpgradeOffer& offer);
[[nodiscard]] bool is_interim_response(std::string_view head) noexcept;

}  // namespace osprey::wire
