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
#include "wire/extensions.hpp"
#include "wire/http_head.hpp"

namespace osprey::wire {

// A request that passed every check of RFC 6455 §4.2.1. Views into the head's text.
struct UpgradeRequest {
  std::string_view target;  // origin form with query; of an absolute-form target its path and
                            // query, "/" if empty
  std::string_view host;    // authority; of an absolute-form target the one named there
  std::optional<std::string_view> origin;
  std::string_view key;
  std::vector<std::string_view> subprotocols;  // in the client's order, valid tokens
  std::vector<Extension> extensions;
  std::vector<HeaderField> fields;  // all of them
};

// `head` is HeadReader::text(). On failure answer with append_refusal() and close.
[[nodiscard]] Outcome<UpgradeRequest> read_upgrade_request(std::string_view head);
// The same for a head already parsed.
[[nodiscard]] Outcome<UpgradeRequest> check_upgrade_request(RequestHead head);

// What the server decided.
struct UpgradeAnswer {
  std::string_view subprotocol{};              // empty: none; else must be one of the request's
  std::optional<DeflateParameters> deflate{};  // from choose_deflate(request.extensions, settings)
  std::span<const HeaderField> extra_fields{};
};

// Appends the 101 response. bad_argument (nothing appended) for a subprotocol that was not offered
// or a malformed extra field.
[[nodiscard]] WireError append_acceptance(const UpgradeRequest& request,
                                          const UpgradeAnswer& answer, Buffer& out);

// Appends an HTTP error response with Connection: close and Content-Length; the caller closes after
// writing it. The first form uses rule_of(error): 426 carries Upgrade and Sec-WebSocket-Version:
// 13, 405 carries Allow.
// `to_head`: RFC 9110 §9.3.2, the answer to a HEAD request has no content.
void append_refusal(WireError error, std::string_view detail, Buffer& out, bool to_head = false);
// bad_argument (nothing appended) for a status outside 300-599 or a malformed field.
[[nodiscard]] WireError append_refusal(int status, std::span<const HeaderField> extra_fields,
                                       std::string_view body, Buffer& out);
// Whether a request's head, as far as it was read, is that of a HEAD request.
[[nodiscard]] bool asks_for_head(std::string_view head) noexcept;

// The standard reason phrase, "Error" for unknown codes.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace osprey::wire
