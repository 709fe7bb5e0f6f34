// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/buffer.hpp"
#include "wire/error.hpp"

namespace osprey::wire::http {

// A response head as a server writes it.
struct ResponseOut {
  int status = 200;
  std::string_view content_type;                // empty: no such field
  std::string_view raw_fields;                  // extra lines of the application, checked
  std::optional<std::uint64_t> content_length;  // absent with `chunked` or where none may stand
  bool chunked = false;
  bool close = false;       // writes Connection: close
  bool keep_alive = false;  // writes Connection: keep-alive (for HTTP/1.0 clients)
};

// Appends the head with a Date (RFC 9110 §6.6.1). No Content-Length goes into a 1xx or 204 (RFC
// 9110 §8.6). bad_argument (nothing appended) for a status outside 200-599 or fields that are
// malformed or frame the message: an application can never split a response (RFC 9112 §11.1).
[[nodiscard]] Outcome<std::size_t> append_response_head(const ResponseOut& response, Buffer& out);

// Why a request is not served, in words for its client: nothing of the application.
struct Refusal {
  int status = 400;
  std::string_view text;
};
// What is said of a broken rule.
[[nodiscard]] Refusal refusal_of(WireError error) noexcept;
// A whole error response, with Connection: close. 426 carries Upgrade, 405 carries Allow.
// `to_head`: only its head, as the request was a HEAD (RFC 9110 §9.3.2).
void append_error(const Refusal& refusal, Buffer& out, bool to_head = false);

// RFC 9110 §15.2.1.
void append_continue(Buffer& out);

// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made anew once a second, per thread.
[[nodiscard]] std::string_view date_line();

}  // namespace osprey::wire::http
