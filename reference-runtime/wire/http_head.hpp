// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/buffer.hpp"
#include "wire/error.hpp"

namespace osprey::wire {

enum class HeadKind : std::uint8_t { request, response };

// Collects an HTTP head (start line, fields, empty line) from input cut anywhere. Each octet is
// looked at once.
class HeadReader {
 public:
  enum class State : std::uint8_t { needs_more, complete, failed };

  // `limit`: octets the head may have, Limits::header_block. Empty lines before a request are
  // passed over (RFC 9112 §2.2).
  explicit HeadReader(std::size_t limit, HeadKind kind = HeadKind::request) noexcept
      : limit_(limit), kind_(kind) {}

  // For another head, with the memory there is.
  void restart(std::size_t limit) noexcept;

  // Takes octets up to the end of the head; returns how many were taken. What follows belongs to
  // the next protocol. Takes nothing once complete or failed.
  std::size_t feed(ConstOctets in);

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] WireError error() const noexcept { return error_; }
  // The head without its last empty line, every line ending in CR LF. Good while the reader lives
  // and is not fed.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  // Octets held; 0 means that nothing has arrived yet.
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

 private:
  std::size_t take_line(std::string_view in);
  void take(char octet);
  void fail(WireError error) noexcept;
  void line_ended();

  std::string text_;
  std::size_t limit_;
  std::size_t taken_ = 0;
  std::size_t line_start_ = 0;
  HeadKind kind_;
  State state_ = State::needs_more;
  WireError error_ = WireError::none;
};

struct HeaderField {
  std::string_view name;   // as sent; compare with same_ignoring_case
  std::string_view value;  // blanks around it removed
};

struct RequestHead {
  std::string_view method;
  std::string_view target;
  int minor_version = 1;  // of HTTP/1.x; other majors are refused
  std::vector<HeaderField> fields;
};

struct ResponseHead {
  int minor_version = 1;
  int status = 0;
  std::string_view reason;
  std::vector<HeaderField> fields;
};

// Views into `text`, which is what HeadReader::text() gave and must live as long as the result. RFC
// 9112 §2-5, strict.
[[nodiscard]] Outcome<RequestHead> parse_request_head(std::string_view text);
[[nodiscard]] Outcome<ResponseHead> parse_response_head(std::string_view text);

// ASCII only (RFC 6455 §2.1).
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;
// RFC 9110 §5.6.2; false for the empty string.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
[[nodiscard]] bool is_token_char(char c) noexcept;
// Octets allowed in a field value: no CR, LF, NUL or other control but tab.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;  // blanks and tabs

// All values of one field, in order.
[[nodiscard]] std::vector<std::string_view> values_of(const std::vector<HeaderField>& fields,
                                                      std::string_view name);
// Members of a comma-separated list over all lines, trimmed, empty ones dropped.
[[nodiscard]] std::vector<std::string_view> list_members(
    const std::vector<std::string_view>& values);
// True when a comma-separated list over all lines has this token, compared without case.
[[nodiscard]] bool list_has_token(const std::vector<std::string_view>& values,
                                  std::string_view token);

}  // namespace osprey::wire
