// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace osprey::wire {

// One value per broken rule. rule_of() maps each to its close code, HTTP status, section and text.
enum class WireError : std::uint8_t {
  none,

  // Frames and messages (RFC 6455 §5, RFC 7692 §6).
  reserved_bits,
  rsv1_on_control,
  rsv1_on_continuation,
  reserved_opcode,
  unmasked_client_frame,
  masked_server_frame,
  fragmented_control,
  control_too_long,
  length_not_minimal,
  length_top_bit,
  unexpected_continuation,
  interleaved_message,
  message_too_big,
  too_many_fragments,
  invalid_utf8,
  close_body_short,
  close_code_invalid,
  close_reason_not_utf8,
  deflate_corrupt,

  // Our own trouble.
  out_of_memory,
  no_randomness,
  internal,

  // Misuse of a sending function: nothing was sent, the connection goes on.
  send_not_open,
  send_control_too_long,
  send_close_code,
  send_reason_not_utf8,
  send_text_not_utf8,
  bad_argument,

  // HTTP head syntax (RFC 9112), both directions.
  head_too_large,
  bare_line_break,
  nul_octet,
  bad_request_line,
  bad_status_line,
  field_name_invalid,
  field_without_colon,
  field_value_invalid,
  obs_fold,

  // Opening handshake, request (RFC 6455 §4.2.1).
  method_not_get,
  http_version_unsupported,
  target_invalid,
  host_missing,
  host_repeated,
  host_invalid,
  body_in_upgrade,
  upgrade_missing,  // also a plain HTTP request: a server that serves those branches on this value
  upgrade_not_websocket,
  connection_token_missing,
  key_missing,
  key_repeated,
  key_invalid,
  version_missing,
  version_repeated,
  version_unsupported,
  subprotocols_invalid,
  extensions_invalid,
  origin_repeated,
  origin_refused,

  // Opening handshake, response (RFC 6455 §4.1, RFC 7692 §5).
  status_not_101,
  response_upgrade,
  response_connection,
  accept_missing,
  accept_repeated,
  accept_wrong,
  subprotocol_repeated,
  subprotocol_not_offered,
  extensions_repeated,
  extension_not_offered,
  extension_parameters,
  body_in_101,

  // HTTP/1.1 messages (RFC 9112, RFC 9110).
  target_too_long,
  method_unknown,
  length_invalid,
  length_conflict,
  length_with_coding,
  coding_unknown,
  coding_not_last,
  coding_in_http10,
  chunk_size_invalid,
  chunk_extension_invalid,
  chunk_end_invalid,
  trailer_invalid,
  body_too_big,
  body_truncated,
  expectation_unknown,
  asterisk_not_options,
  scheme_needs_tls,
};

struct RuleText {
  std::uint16_t close_code;   // for Close frames; 0 where no connection is open yet
  std::uint16_t http_status;  // for refused requests; 0 where none applies
  std::string_view section;   // "RFC 6455 §5.1"
  std::string_view text;      // one sentence, ASCII, at most 100 octets, fits a Close reason
};

// The one table. Never fails; a value outside the enumeration reads as `internal`.
[[nodiscard]] const RuleText& rule_of(WireError error) noexcept;

// The enumerator's own name, for logs and tests.
[[nodiscard]] std::string_view name_of(WireError error) noexcept;

// A broken rule with what was seen.
struct Failure {
  WireError error = WireError::none;
  std::string detail;  // may be empty; never holds line breaks
};

// Either a value or a Failure.
template <class T>
class Outcome {
 public:
  Outcome(T value) : value_(std::move(value)) {}              // NOLINT(google-explicit-constructor)
  Outcome(Failure failure) : failure_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)
  Outcome(WireError error) : failure_{error, {}} {}           // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }

  // Only when ok().
  [[nodiscard]] T& value() noexcept { return *value_; }
  [[nodiscard]] const T& value() const noexcept { return *value_; }

  // WireError::none when ok().
  [[nodiscard]] WireError error() const noexcept { return failure_.error; }
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

 private:
  std::optional<T> value_;
  Failure failure_;
};

}  // namespace osprey::wire
