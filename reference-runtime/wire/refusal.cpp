// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "wire/handshake_fields.hpp"
#include "wire/handshake_server.hpp"

namespace osprey::wire {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

constexpr std::array<Phrase, 28> kPhrases = {{
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

void append_response(int status, std::span<const HeaderField> fields, std::string_view body,
                     Buffer& out, bool to_head) {
  out.append("HTTP/1.1 ");
  out.append(std::to_string(status));
  out.append(" ");
  out.append(reason_phrase(status));
  out.append("\r\n");
  append_fields(fields, out);
  append_field("Content-Type", "text/plain; charset=utf-8", out);
  append_field("Content-Length", std::to_string(body.size()), out);
  // RFC 9112 §9.6: octets after a refused upgrade must not be taken for another request.
  const bool upgrade = std::any_of(fields.begin(), fields.end(), [](const HeaderField& field) {
    return field.name == "Upgrade";
  });
  append_field("Connection", upgrade ? "Upgrade, close" : "close", out);
  out.append("\r\n");
  // RFC 9110 §9.3.2, §8.6: the length is what a GET would have got.
  if (!to_head) {
    out.append(body);
  }
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  const auto* const found =
      std::find_if(kPhrases.begin(), kPhrases.end(),
                   [status](const Phrase& phrase) { return phrase.status == status; });
  return found != kPhrases.end() ? found->text : "Error";
}

bool asks_for_head(std::string_view head) noexcept {
  return head.starts_with("HEAD ");
}

void append_refusal(WireError error, std::string_view detail, Buffer& out, bool to_head) {
  const RuleText& rule = rule_of(error);
  const int status = rule.http_status != 0 ? rule.http_status : 400;
  std::string body(rule.text);
  if (!rule.section.empty()) {
    body.append(" (").append(rule.section).append(")");
  }
  if (!detail.empty()) {
    body.append(": ").append(detail);
  }
  body.append("\n");
  std::vector<HeaderField> fields;
  if (status == 405) {
    fields.push_back({"Allow", "GET"});
  }
  if (status == 426) {
    // RFC 9110 §15.5.22, RFC 6455 §4.4: say which protocol and which version would be right.
    fields.push_back({"Upgrade", "websocket"});
    fields.push_back({"Sec-WebSocket-Version", "13"});
  }
  append_response(status, fields, body, out, to_head);
}

WireError append_refusal(int status, std::span<const HeaderField> extra_fields,
                         std::string_view body, Buffer& out) {
  if (status < 300 || status > 599 || status == 304 || !are_extra_fields(extra_fields)) {
    return WireError::bad_argument;
  }
  // A request that got as far as to be decided about was a GET.
  append_response(status, extra_fields, body, out, false);
  return WireError::none;
}

}  // namespace osprey::wire
