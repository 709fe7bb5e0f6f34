// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/error.hpp"
#include "wire/http_head.hpp"

namespace osprey::wire::http {

// How the end of a message's body is found (RFC 9112 §6.3).
enum class BodyKind : std::uint8_t {
  none,
  length,   // Content-Length octets
  chunked,  // RFC 9112 §7.1
  to_end,   // responses only: until the connection ends
};

struct BodyFraming {
  BodyKind kind = BodyKind::none;
  std::uint64_t length = 0;  // for BodyKind::length
};

// Strict, so that no two readers can disagree on where the body ends: any doubt is an error, and
// the connection is to be closed after the refusal.
[[nodiscard]] Outcome<BodyFraming> request_framing(const RequestHead& head);

// `request_method` decides with HEAD and CONNECT (RFC 9112 §6.3). Call for final responses only;
// 1xx have no body.
[[nodiscard]] Outcome<BodyFraming> response_framing(const ResponseHead& head,
                                                    std::string_view request_method);

// RFC 9112 §9.3: HTTP/1.1 persists unless `close` is said, HTTP/1.0 only with `keep-alive`.
[[nodiscard]] bool wants_persistence(int minor_version, const std::vector<HeaderField>& fields);

// RFC 9110 §8.6: 1*DIGIT; equal values repeated as a list or in several lines count as one.
// length_invalid or length_conflict otherwise.
[[nodiscard]] Outcome<std::uint64_t> parse_content_length(
    const std::vector<std::string_view>& values);

}  // namespace osprey::wire::http
