// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wire/buffer.hpp"
#include "wire/error.hpp"
#include "wire/http/framing.hpp"
#include "wire/http_head.hpp"

namespace osprey::wire::http {

struct RequestLimits {
  std::size_t target = 8000;  // octets; longer ones are answered 414 (RFC 9112 §3 asks for 8000)
  bool secure = false;        // requests come over TLS, so https targets are served
};

// A request a server may act on. Views into the head's text.
struct Request {
  std::string_view method;
  std::string_view target;     // as sent, so that the application sees what was asked
  std::string_view path;       // origin form with query; of an absolute-form target its path part;
                               // "*" for OPTIONS *
  std::string_view authority;  // of the absolute-form target, else of Host; may be empty (HTTP/1.0)
  std::string_view raw_fields;  // the field lines as they came, each ending in CR LF
  int minor_version = 1;
  BodyFraming framing;
  bool persistent = true;         // what the client wants
  bool expects_continue = false;  // RFC 9110 §10.1.1
  bool wants_websocket =
      false;  // asks for an upgrade to websocket (checked by wire/handshake_server)
};

// `head` is HeadReader::text(). Methods: the seven of Osprey §14.1; any other is method_unknown
// (501). On failure answer with append_error() and close.
[[nodiscard]] Outcome<Request> read_request(std::string_view head, const RequestLimits& limits);

// What a client sends.
struct RequestOut {
  std::string_view method;
  std::string_view target;     // origin form, or "*"
  std::string_view authority;  // for Host
  std::string_view
      raw_fields;  // extra field lines, "Name: value\r\n" each; the last CR LF may be missing
  std::uint64_t content_length = 0;
  bool has_body = false;  // then Content-Length is written, also when 0
};

// Appends the head. bad_argument (nothing appended) with a detail that names the argument: a method
// that is no token, a target or field with blanks, controls or line breaks where they do not
// belong, a field that frames the message (Content-Length, Transfer-Encoding, Host, Connection).
[[nodiscard]] Outcome<std::size_t> append_request_head(const RequestOut& request, Buffer& out);

// True for a target that may stand in a request line: visible ASCII, begins with "/" or is "*".
[[nodiscard]] bool is_request_target(std::string_view target) noexcept;

// Splits "Name: value\r\nName: value\r\n" strictly into fields: no obs-fold, no bare CR or LF.
[[nodiscard]] Outcome<std::vector<HeaderField>> parse_raw_fields(std::string_view raw);

}  // namespace osprey::wire::http
