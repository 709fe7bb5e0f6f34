// SPDX-License-Identifier: Apache-2.0
#include "net/http_response_reader.hpp"

namespace osprey::net {

using wire::WireError;
namespace http = wire::http;

namespace {

Error bad(WireError error, std::string_view detail = {}) {
  const wire::RuleText& rule = wire::rule_of(error);
  std::string text(rule.text);
  if (!detail.empty()) {
    text += ": " + std::string(detail);
  }
  text += " (" + std::string(rule.section) + ")";
  const bool too_big = error == WireError::body_too_big || error == WireError::head_too_large;
  return {too_big ? ErrorCode::too_big : ErrorCode::bad_response, std::move(text), 0};
}

std::string_view first_of(const std::vector<wire::HeaderField>& fields, std::string_view name) {
  const auto values = wire::values_of(fields, name);
  return values.empty() ? std::string_view{} : values.front();
}

}  // namespace

HttpResponseReader::HttpResponseReader(std::string_view method, std::size_t header_block,
                                       std::uint64_t body)
    : method_(method), header_block_(header_block) {
  limits_.body = body;
  head_.emplace(header_block_, wire::HeadKind::response);
}

Result<void> HttpResponseReader::feed(wire::ConstOctets in) {
  while (!in.empty() && !complete_) {
    if (body_) {
      in = in.subspan(body_->feed(in, *this));
      if (auto checked = check_body(); !checked) {
        return checked;
      }
      continue;
    }
    const std::size_t taken = head_->feed(in);
    in = in.subspan(taken);
    head_octets_ += taken;
    // Interim responses without end would otherwise hold the caller until its deadline.
    if (head_octets_ > header_block_) {
      return bad(WireError::head_too_large);
    }
    if (head_->state() == wire::HeadReader::State::failed) {
      return bad(head_->error());
    }
    if (head_->state() == wire::HeadReader::State::complete) {
      if (auto checked = head_complete(); !checked) {
        return checked;
      }
    }
  }
  extra_ = !in.empty();
  return {};
}

Result<void> HttpResponseReader::head_complete() {
  auto parsed = wire::parse_response_head(head_->text());
  if (!parsed) {
    return bad(parsed.error(), parsed.failure().detail);
  }
  const wire::ResponseHead& head = parsed.value();
  // RFC 9110 §15.2.2: a switch of protocols that was not asked for.
  if (head.status == 101) {
    return Error{ErrorCode::bad_response,
                 "101 Switching Protocols without being asked (RFC 9110 §15.2.2)", 0};
  }
  // RFC 9110 §15.2: any number of interim responses may come first.
  if (head.status / 100 == 1) {
    head_.emplace(header_block_, wire::HeadKind::response);
    return {};
  }
  const auto framing = http::response_framing(head, method_);
  if (!framing) {
    return bad(framing.error());
  }
  reply_.status = head.status;
  const std::string_view text = head_->text();
  const std::size_t line = text.find("\r\n");
  reply_.raw_headers =
      line == std::string_view::npos ? std::string{} : std::string(text.substr(line + 2));
  reply_.content_type = first_of(head.fields, "Content-Type");
  reusable_ = http::wants_persistence(head.minor_version, head.fields) &&
              framing.value().kind != http::BodyKind::to_end;
  body_.emplace(framing.value(), &limits_);
  return check_body();
}

Result<void> HttpResponseReader::check_body() {
  if (body_->state() == http::BodyReader::State::failed) {
    return bad(body_->error());
  }
  complete_ = body_->state() == http::BodyReader::State::complete;
  return {};
}

Result<void> HttpResponseReader::end_of_input() {
  reusable_ = false;
  if (body_) {
    body_->end_of_input();
    return check_body();
  }
  // RFC 9112 §8: also with half a head nothing may be taken for an answer.
  return head_->size() == 0 ? Error{ErrorCode::bad_response,
                                    "the server ended the connection without an answer", 0}
                            : bad(WireError::body_truncated);
}

}  // namespace osprey::net
