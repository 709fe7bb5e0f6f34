// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "wire/buffer.hpp"

namespace osprey::wire::http {

// Osprey §14.2: the Content-Type of an answer is chosen from the answer itself. First match, after
// leading blanks and line breaks (and a UTF-8 byte order mark):
//
//   begins with                                        | Content-Type
//   ---------------------------------------------------+---------------------------
//   nothing: the body is empty                         | none
//   { and ends with }, or [ and ends with ], and UTF-8 | application/json
//   <!doctype html, <html, <head, <body (any case)     | text/html; charset=utf-8
//   <svg, or <?xml with <svg as its root               | image/svg+xml
//   <?xml                                              | application/xml
//   anything that is UTF-8 without control octets      | text/plain; charset=utf-8
//   anything else                                      | application/octet-stream
[[nodiscard]] std::string_view content_type_of(ConstOctets body) noexcept;

}  // namespace osprey::wire::http
