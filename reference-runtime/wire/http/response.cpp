// SPDX-License-Identifier: Apache-2.0
#include "wire/http/response.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string>
#include <vector>

#include "wire/handshake_server.hpp"
#include "wire/http/request.hpp"

namespace osprey::wire::http {
namespace {

void append_number(std::uint64_t value, Buffer& out) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  (void)error;  // 20 digits hold any 64-bit number
  out.append(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void append_status_line(int status, Buffer& out) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(static_cast<std::uint64_t>(status), out);
  out.append(" ");
  out.append(reason_phrase(status));
  out.append("\r\n");
}

// Fields of the application that frame the message; these are ours to write.
constexpr std::array<std::string_view, 3> kFramingFields = {"Content-Length", "Transfer-Encoding",
                                                            "Connection"};

bool has_field(const std::vector<HeaderField>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [name](const HeaderField& field) {
    return same_ignoring_case(field.name, name);
  });
}

// What the application added, parsed once; a failure when it is malformed or frames the message.
Outcome<std::vector<HeaderField>> read_fields(std::string_view raw_fields) {
  auto fields = parse_raw_fields(raw_fields);
  for (const std::string_view framing : kFramingFields) {
    if (!fields || has_field(fields.value(), framing)) {
      return Failure{WireError::bad_argument,
                     "response headers: malformed, or fields that frame the message"};
    }
  }
  return fields;
}

}  // namespace

std::string_view date_line() {
  thread_local std::time_t made = 0;
  thread_local std::array<char, 40> line{};
  thread_local std::size_t length = 0;
  std::timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != made || length == 0) {
    std::tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    // The C locale's names are the ones RFC 9110 §5.6.7 wants; no one sets another here.
    length = std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    made = now.tv_sec;
  }
  return {line.data(), length};
}

Outcome<std::size_t> append_response_head(const ResponseOut& response, Buffer& out) {
  if (response.status < 200 || response.status > 599) {
    return Failure{WireError::bad_argument, "status: has to be 200 to 599"};
  }
  const auto fields = read_fields(response.raw_fields);
  if (!fields) {
    return fields.failure();
  }
  const std::size_t before = out.size();
  append_status_line(response.status, out);
  if (!has_field(fields.value(), "Date")) {
    out.append(date_line());
  }
  if (!response.content_type.empty() && !has_field(fields.value(), "Content-Type")) {
    out.append("Content-Type: ");
    out.append(response.content_type);
    out.append("\r\n");
  }
  // RFC 9110 §8.6: never in 204; RFC 9112 §6.1: never beside Transfer-Encoding.
  if (response.chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (response.content_length && response.status != 204) {
    out.append("Content-Length: ");
    append_number(*response.content_length, out);
    out.append("\r\n");
  }
  if (response.close) {
    out.append("Connection: close\r\n");
  } else if (response.keep_alive) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append(response.raw_fields);
  if (!response.raw_fields.empty() && !response.raw_fields.ends_with("\r\n")) {
    out.append("\r\n");
  }
  out.append("\r\n");
  return out.size() - before;
}

void append_error(const Refusal& refusal, Buffer& out, bool to_head) {
  const auto [status, text] = refusal;
  append_status_line(status, out);
  out.append(date_line());
  if (status == 405) {
    out.append("Allow: GET\r\n");
  }
  if (status == 426) {
    out.append("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  }
  out.append("Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: ");
  append_number(text.size() + 1, out);
  out.append("\r\n\r\n");
  if (to_head) {
    return;
  }
  out.append(text);
  out.append("\n");
}

Refusal refusal_of(WireError error) noexcept {
  const RuleText& rule = rule_of(error);
  return {rule.http_status == 0 ? 400 : rule.http_status, rule.text};
}

void append_continue(Buffer& out) {
  out.append("HTTP/1.1 100 Continue\r\n\r\n");
}

}  // namespace osprey::wire::http
