// SPDX-License-Identifier: Apache-2.0
#include "wire/http/framing.hpp"

#include <charconv>
#include <optional>

namespace osprey::wire::http {
namespace {

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // from_chars takes no sign for unsigned types, no blank and no prefix: just 1*DIGIT.
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// The members of a list with the empty ones kept: `Content-Length: 5,` is malformed, not 5.
std::vector<std::string_view> strict_members(const std::vector<std::string_view>& values) {
  std::vector<std::string_view> members;
  for (std::string_view value : values) {
    for (std::size_t comma = 0; comma != std::string_view::npos;) {
      comma = value.find(',');
      members.push_back(trimmed(value.substr(0, comma)));
      value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
    }
  }
  return members;
}

// RFC 9110 §5.6.1.2: whoever receives a list overlooks empty elements. In a request they are
// refused all the same: what a server in front makes of them may be something else.
enum class EmptyMembers : std::uint8_t { refused, overlooked };

// RFC 9112 §6.1: only chunked is spoken here, and it may be applied once, last.
WireError coding_error(const std::vector<std::string_view>& values, EmptyMembers empty) {
  auto codings = strict_members(values);
  if (empty == EmptyMembers::overlooked) {
    std::erase(codings, std::string_view{});
  }
  if (codings.empty()) {
    return WireError::coding_not_last;
  }
  if (codings.size() == 1) {
    return same_ignoring_case(codings.front(), "chunked") ? WireError::none
           : is_token(codings.front())                    ? WireError::coding_unknown
                                                          : WireError::coding_not_last;
  }
  for (const std::string_view coding : codings) {
    if (!same_ignoring_case(coding, "chunked") && is_token(coding)) {
      // A list such as "gzip, chunked": legal framing, but a coding we do not have.
      if (same_ignoring_case(codings.back(), "chunked")) {
        return WireError::coding_unknown;
      }
    }
  }
  return WireError::coding_not_last;
}

// What the two framing fields say, for either direction; nothing said gives `none`.
Outcome<BodyFraming> stated_framing(int minor_version, const std::vector<HeaderField>& fields,
                                    EmptyMembers empty) {
  const auto codings = values_of(fields, "Transfer-Encoding");
  const auto lengths = values_of(fields, "Content-Length");
  if (!codings.empty()) {
    // RFC 9112 §6.1: a message with both may be an attempt at smuggling.
    if (!lengths.empty()) {
      return WireError::length_with_coding;
    }
    // RFC 9112 §6.1: HTTP/1.0 knows no transfer codings; its framing is faulty.
    if (minor_version == 0) {
      return WireError::coding_in_http10;
    }
    if (const WireError error = coding_error(codings, empty); error != WireError::none) {
      return error;
    }
    return BodyFraming{BodyKind::chunked, 0};
  }
  if (!lengths.empty()) {
    const auto length = parse_content_length(lengths);
    if (!length) {
      return length.failure();
    }
    return BodyFraming{BodyKind::length, length.value()};
  }
  return BodyFraming{};
}

}  // namespace

Outcome<std::uint64_t> parse_content_length(const std::vector<std::string_view>& values) {
  std::optional<std::uint64_t> first;
  for (const std::string_view member : strict_members(values)) {
    const auto value = decimal(member);
    if (!value) {
      return WireError::length_invalid;
    }
    if (first && *first != *value) {
      return WireError::length_conflict;
    }
    first = value;
  }
  if (!first) {
    return WireError::length_invalid;
  }
  return *first;
}

Outcome<BodyFraming> request_framing(const RequestHead& head) {
  auto framing = stated_framing(head.minor_version, head.fields, EmptyMembers::refused);
  if (framing && framing.value().kind == BodyKind::length && framing.value().length == 0) {
    return BodyFraming{};
  }
  return framing;
}

Outcome<BodyFraming> response_framing(const ResponseHead& head, std::string_view request_method) {
  // RFC 9112 §6.3: these end with their head, whatever their fields say.
  if (request_method == "HEAD" || head.status / 100 == 1 || head.status == 204 ||
      head.status == 304) {
    return BodyFraming{};
  }
  auto framing = stated_framing(head.minor_version, head.fields, EmptyMembers::overlooked);
  if (framing && framing.value().kind == BodyKind::none) {
    return BodyFraming{BodyKind::to_end, 0};
  }
  return framing;
}

bool wants_persistence(int minor_version, const std::vector<HeaderField>& fields) {
  const auto connection = values_of(fields, "Connection");
  if (list_has_token(connection, "close")) {
    return false;
  }
  return minor_version >= 1 || list_has_token(connection, "keep-alive");
}

}  // namespace osprey::wire::http
