// SPDX-License-Identifier: Apache-2.0
#include "wire/error.hpp"

#include <array>
#include <cstddef>

namespace osprey::wire {
namespace {

struct Row {
  WireError error;
  std::string_view name;
  RuleText text;
};

#define ROW(name, close, http, section, text) \
  Row {                                       \
    WireError::name, #name, {                 \
      close, http, section, text              \
    }                                         \
  }

// clang-format off
constexpr std::array kRows = {
    ROW(none, 0, 0, "", "no error"),

    ROW(reserved_bits, 1002, 0, "RFC 6455 §5.2", "reserved bit set without a negotiated meaning"),
    ROW(rsv1_on_control, 1002, 0, "RFC 7692 §6.1", "RSV1 set on a control frame"),
    ROW(rsv1_on_continuation, 1002, 0, "RFC 7692 §6.1", "RSV1 set on a continuation frame"),
    ROW(reserved_opcode, 1002, 0, "RFC 6455 §5.2", "unknown opcode"),
    ROW(unmasked_client_frame, 1002, 0, "RFC 6455 §5.1", "frame from a client is not masked"),
    ROW(masked_server_frame, 1002, 0, "RFC 6455 §5.1", "frame from a server is masked"),
    ROW(fragmented_control, 1002, 0, "RFC 6455 §5.5", "control frame without FIN"),
    ROW(control_too_long, 1002, 0, "RFC 6455 §5.5", "control frame with more than 125 octets"),
    ROW(length_not_minimal, 1002, 0, "RFC 6455 §5.2", "payload length not in its shortest form"),
    ROW(length_top_bit, 1002, 0, "RFC 6455 §5.2", "64-bit payload length with its top bit set"),
    ROW(unexpected_continuation, 1002, 0, "RFC 6455 §5.4", "continuation frame without an open message"),
    ROW(interleaved_message, 1002, 0, "RFC 6455 §5.4", "new message before the last fragment of another"),
    ROW(message_too_big, 1009, 0, "RFC 6455 §7.4.1", "message is longer than the limit"),
    ROW(too_many_fragments, 1008, 0, "RFC 6455 §10.4", "message has more fragments than the limit"),
    ROW(invalid_utf8, 1007, 0, "RFC 6455 §8.1", "text message is not UTF-8"),
    ROW(close_body_short, 1002, 0, "RFC 6455 §5.5.1", "Close body of one octet"),
    ROW(close_code_invalid, 1002, 0, "RFC 6455 §7.4", "status code that must not stand in a Close frame"),
    ROW(close_reason_not_utf8, 1007, 0, "RFC 6455 §5.5.1", "Close reason is not UTF-8"),
    ROW(deflate_corrupt, 1007, 0, "RFC 7692 §7.2.2", "compressed message is not valid DEFLATE data"),

    ROW(out_of_memory, 1011, 503, "RFC 6455 §7.4.1", "out of memory"),
    ROW(no_randomness, 1011, 500, "RFC 6455 §5.3", "no random octets from OpenSSL"),
    ROW(internal, 1011, 500, "RFC 6455 §7.4.1", "internal error"),

    ROW(send_not_open, 0, 0, "RFC 6455 §6.1", "connection is not open for sending"),
    ROW(send_control_too_long, 0, 0, "RFC 6455 §5.5", "control payload would exceed 125 octets"),
    ROW(send_close_code, 0, 0, "RFC 6455 §7.4", "this status code cannot be sent"),
    ROW(send_reason_not_utf8, 0, 0, "RFC 6455 §5.5.1", "reason to send is not UTF-8"),
    ROW(send_text_not_utf8, 0, 0, "RFC 6455 §5.6", "text to send is not UTF-8"),
    ROW(bad_argument, 0, 500, "", "argument cannot be put on the wire"),

    ROW(head_too_large, 0, 431, "RFC 6585 §5", "HTTP head is longer than the limit"),
    ROW(bare_line_break, 0, 400, "RFC 9112 §2.2", "CR or LF that is not part of CR LF"),
    ROW(nul_octet, 0, 400, "RFC 9110 §5.5", "NUL in the HTTP head"),
    ROW(bad_request_line, 0, 400, "RFC 9112 §3", "malformed request line"),
    ROW(bad_status_line, 0, 0, "RFC 9112 §4", "malformed status line"),
    ROW(field_name_invalid, 0, 400, "RFC 9112 §5.1", "malformed field name, or a blank before the colon"),
    ROW(field_without_colon, 0, 400, "RFC 9112 §5", "header line without a colon"),
    ROW(field_value_invalid, 0, 400, "RFC 9110 §5.5", "control octet in a field value"),
    ROW(obs_fold, 0, 400, "RFC 9112 §5.2", "folded header line"),

    ROW(method_not_get, 0, 405, "RFC 6455 §4.2.1", "opening handshake must use GET"),
    ROW(http_version_unsupported, 0, 505, "RFC 6455 §4.2.1", "opening handshake needs HTTP/1.1"),
    ROW(target_invalid, 0, 400, "RFC 9112 §3.2", "malformed request target"),
    ROW(host_missing, 0, 400, "RFC 6455 §4.2.1", "no Host field"),
    ROW(host_repeated, 0, 400, "RFC 9112 §3.2", "more than one Host field"),
    ROW(host_invalid, 0, 400, "RFC 9112 §3.2", "malformed Host field"),
    ROW(body_in_upgrade, 0, 400, "RFC 6455 §4.1", "opening handshake with a body"),
    ROW(upgrade_missing, 0, 426, "RFC 6455 §4.2.1", "no Upgrade field; this is a WebSocket endpoint"),
    ROW(upgrade_not_websocket, 0, 426, "RFC 6455 §4.2.1", "Upgrade does not name websocket"),
    ROW(connection_token_missing, 0, 400, "RFC 6455 §4.2.1", "Connection does not hold the token Upgrade"),
    ROW(key_missing, 0, 400, "RFC 6455 §4.2.1", "no Sec-WebSocket-Key"),
    ROW(key_repeated, 0, 400, "RFC 6455 §11.3.1", "more than one Sec-WebSocket-Key"),
    ROW(key_invalid, 0, 400, "RFC 6455 §4.2.1", "Sec-WebSocket-Key is not the base64 of 16 octets"),
    ROW(version_missing, 0, 426, "RFC 6455 §4.2.1", "no Sec-WebSocket-Version; 13 is spoken here"),
    ROW(version_repeated, 0, 426, "RFC 6455 §11.3.5", "more than one Sec-WebSocket-Version"),
    ROW(version_unsupported, 0, 426, "RFC 6455 §4.2.2", "only WebSocket version 13 is spoken here"),
    ROW(subprotocols_invalid, 0, 400, "RFC 6455 §4.3", "Sec-WebSocket-Protocol is not a list of tokens"),
    ROW(extensions_invalid, 0, 400, "RFC 6455 §9.1", "malformed Sec-WebSocket-Extensions"),
    ROW(origin_repeated, 0, 400, "RFC 6454 §7.3", "more than one Origin"),
    ROW(origin_refused, 0, 403, "RFC 6455 §4.2.2", "this origin may not connect"),

    ROW(status_not_101, 1006, 0, "RFC 6455 §4.1", "server did not answer 101"),
    ROW(response_upgrade, 1006, 0, "RFC 6455 §4.1", "Upgrade of the response is not websocket"),
    ROW(response_connection, 1006, 0, "RFC 6455 §4.1", "Connection of the response lacks the token Upgrade"),
    ROW(accept_missing, 1006, 0, "RFC 6455 §4.1", "response without Sec-WebSocket-Accept"),
    ROW(accept_repeated, 1006, 0, "RFC 6455 §11.3.3", "more than one Sec-WebSocket-Accept"),
    ROW(accept_wrong, 1006, 0, "RFC 6455 §4.1", "Sec-WebSocket-Accept does not fit the key"),
    ROW(subprotocol_repeated, 1006, 0, "RFC 6455 §11.3.4", "more than one Sec-WebSocket-Protocol in the response"),
    ROW(subprotocol_not_offered, 1006, 0, "RFC 6455 §4.1", "server chose a subprotocol that was not offered"),
    ROW(extensions_repeated, 1006, 0, "RFC 6455 §11.3.2", "more than one Sec-WebSocket-Extensions in the response"),
    ROW(extension_not_offered, 1006, 0, "RFC 6455 §4.1", "server chose an extension that was not offered"),
    ROW(extension_parameters, 1006, 0, "RFC 7692 §7", "server answered with parameters that do not fit the offer"),
    ROW(body_in_101, 1006, 0, "RFC 9112 §6.3", "101 response announces a body"),

    ROW(target_too_long, 0, 414, "RFC 9112 §3", "request target is longer than the limit"),
    ROW(method_unknown, 0, 501, "RFC 9110 §9.1", "method is not one this server knows"),
    ROW(length_invalid, 0, 400, "RFC 9110 §8.6", "Content-Length is not a decimal number that can be held"),
    ROW(length_conflict, 0, 400, "RFC 9112 §6.3", "Content-Length values that differ"),
    ROW(length_with_coding, 0, 400, "RFC 9112 §6.1", "Content-Length beside Transfer-Encoding"),
    ROW(coding_unknown, 0, 501, "RFC 9112 §6.1", "transfer coding other than chunked"),
    ROW(coding_not_last, 0, 400, "RFC 9112 §6.3", "chunked is not the one and last transfer coding"),
    ROW(coding_in_http10, 0, 400, "RFC 9112 §6.1", "Transfer-Encoding in an HTTP/1.0 message"),
    ROW(chunk_size_invalid, 0, 400, "RFC 9112 §7.1", "chunk size is not a hexadecimal number that can be held"),
    ROW(chunk_extension_invalid, 0, 400, "RFC 9112 §7.1.1", "malformed or too long chunk extension"),
    ROW(chunk_end_invalid, 0, 400, "RFC 9112 §7.1", "chunk data is not followed by CR LF"),
    ROW(trailer_invalid, 0, 400, "RFC 9112 §7.1.2", "malformed or too long trailer section"),
    ROW(body_too_big, 0, 413, "RFC 9110 §15.5.14", "body is longer than the limit"),
    ROW(body_truncated, 0, 400, "RFC 9112 §8", "connection ended before the message did"),
    ROW(expectation_unknown, 0, 417, "RFC 9110 §10.1.1", "expectation other than 100-continue"),
    ROW(asterisk_not_options, 0, 400, "RFC 9112 §3.2.4", "target * with a method other than OPTIONS"),
    ROW(scheme_needs_tls, 0, 421, "RFC 9110 §7.4", "https target on a connection without TLS"),
};
// clang-format on
#undef ROW

constexpr bool rows_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].error) != i || kRows[i].text.text.size() > 100) {
      return false;
    }
  }
  return kRows.size() == static_cast<std::size_t>(WireError::scheme_needs_tls) + 1;
}
static_assert(rows_in_order(), "one row an enumerator, in its order");

const Row& row_of(WireError error) noexcept {
  const auto at = static_cast<std::size_t>(error);
  return at < kRows.size() ? kRows[at] : kRows[static_cast<std::size_t>(WireError::internal)];
}

}  // namespace

const RuleText& rule_of(WireError error) noexcept {
  return row_of(error).text;
}

std::string_view name_of(WireError error) noexcept {
  return row_of(error).name;
}

}  // namespace osprey::wire
