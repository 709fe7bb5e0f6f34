// SPDX-License-Identifier: Apache-2.0
#include "wire/http/request.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "wire/authority.hpp"
#include "wire/http/methods.hpp"

namespace osprey::wire::http {
namespace {

struct Target {
  std::string_view path;
  std::string_view authority;
};

bool visible_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// RFC 9112 §3.2: origin form, absolute form, or * for OPTIONS.
Outcome<Target> read_target(const RequestHead& head, bool secure) {
  const std::string_view target = head.target;
  if (target == "*") {
    if (head.method != "OPTIONS") {
      return WireError::asterisk_not_options;
    }
    return Target{"*", {}};
  }
  // A fragment never travels; a client that sends one is confused or up to something.
  if (target.empty() || !visible_ascii(target) || target.find('#') != std::string_view::npos) {
    return WireError::target_invalid;
  }
  if (target.front() == '/') {
    return Target{target, {}};
  }
  const std::size_t colon = target.find("://");
  const std::string_view scheme = target.substr(0, colon);
  if (colon == std::string_view::npos ||
      (!same_ignoring_case(scheme, "http") && !same_ignoring_case(scheme, "https"))) {
    return WireError::target_invalid;
  }
  // RFC 9110 §7.4: an https resource is not for a connection that anybody may listen to.
  if (!secure && same_ignoring_case(scheme, "https")) {
    return WireError::scheme_needs_tls;
  }
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  if (path == 0 || !is_authority(rest.substr(0, path))) {
    return WireError::target_invalid;
  }
  const std::string_view resource = rest.substr(path);
  return Target{resource.empty() ? std::string_view("/") : resource, rest.substr(0, path)};
}

// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1, and a malformed one in no version.
Outcome<std::string_view> read_host(const RequestHead& head) {
  const HeaderField* host = nullptr;
  for (const HeaderField& field : head.fields) {
    if (same_ignoring_case(field.name, "Host")) {
      if (host != nullptr) {
        return WireError::host_repeated;
      }
      host = &field;
    }
  }
  if (host == nullptr) {
    if (head.minor_version >= 1) {
      return WireError::host_missing;
    }
    return std::string_view{};
  }
  // RFC 9112 §3.2: empty where the target has no authority of its own.
  if (!host->value.empty() && !is_authority(host->value)) {
    return WireError::host_invalid;
  }
  return host->value;
}

// RFC 9110 §10.1.1: 100-continue is the only expectation; HTTP/1.0 clients cannot have any.
Outcome<bool> read_expectation(const RequestHead& head) {
  const auto values = values_of(head.fields, "Expect");
  if (values.empty() || head.minor_version == 0) {
    return false;
  }
  const auto members = list_members(values);
  const bool only_continue = std::all_of(members.begin(), members.end(), [](auto member) {
    return same_ignoring_case(member, "100-continue");
  });
  if (!only_continue || members.empty()) {
    return WireError::expectation_unknown;
  }
  return true;
}

std::string_view fields_text(std::string_view head) {
  const std::size_t line = head.find("\r\n");
  return line == std::string_view::npos ? std::string_view{} : head.substr(line + 2);
}

bool wants_websocket(const RequestHead& head) {
  return head.minor_version >= 1 &&
         list_has_token(values_of(head.fields, "Connection"), "upgrade") &&
         list_has_token(values_of(head.fields, "Upgrade"), "websocket");
}

}  // namespace

bool is_request_target(std::string_view target) noexcept {
  return target == "*" || (!target.empty() && target.front() == '/' && visible_ascii(target) &&
                           target.find('#') == std::string_view::npos);
}

Outcome<Request> read_request(std::string_view text, const RequestLimits& limits) {
  auto parsed = parse_request_head(text);
  if (!parsed) {
    return parsed.failure();
  }
  const RequestHead& head = parsed.value();
  // RFC 9110 §9.1: a method nobody here knows is 501, whatever else the request holds.
  if (std::find(kMethods.begin(), kMethods.end(), head.method) == kMethods.end()) {
    return WireError::method_unknown;
  }
  if (head.target.size() > limits.target) {
    return WireError::target_too_long;
  }
  const auto target = read_target(head, limits.secure);
  const auto host = read_host(head);
  const auto framing = request_framing(head);
  const auto expectation = read_expectation(head);
  for (const Failure* failure :
       {&target.failure(), &host.failure(), &framing.failure(), &expectation.failure()}) {
    if (failure->error != WireError::none) {
      return *failure;
    }
  }
  Request request;
  request.method = head.method;
  request.target = head.target;
  request.path = target.value().path;
  // RFC 9112 §3.2.2: an absolute-form target outranks Host.
  request.authority = target.value().authority.empty() ? host.value() : target.value().authority;
  request.raw_fields = fields_text(text);
  request.minor_version = head.minor_version;
  request.framing = framing.value();
  request.persistent = wants_persistence(head.minor_version, head.fields);
  request.expects_continue = expectation.value() && request.framing.kind != BodyKind::none;
  request.wants_websocket = wants_websocket(head);
  return request;
}

namespace {

Failure refused(std::string detail) {
  return {WireError::bad_argument, std::move(detail)};
}

// These frame or route the message, and are ours to write.
constexpr std::array<std::string_view, 4> kOwnFields = {"Content-Length", "Transfer-Encoding",
                                                        "Host", "Connection"};

Outcome<bool> check_fields(std::string_view raw_fields) {
  const auto fields = parse_raw_fields(raw_fields);
  if (!fields) {
    return refused("headers: " + fields.failure().detail);
  }
  for (const HeaderField& field : fields.value()) {
    for (const std::string_view own : kOwnFields) {
      if (same_ignoring_case(field.name, own)) {
        return refused("headers: " + std::string(own) + " is written by the client itself");
      }
    }
  }
  return true;
}

}  // namespace

Outcome<std::size_t> append_request_head(const RequestOut& request, Buffer& out) {
  if (!is_token(request.method)) {
    return refused("method: not a token");
  }
  if (!is_request_target(request.target)) {
    return refused("path: has to begin with / and hold no blank, control octet or #");
  }
  if (const auto checked = check_fields(request.raw_fields); !checked) {
    return checked.failure();
  }
  const std::size_t before = out.size();
  out.append(request.method);
  out.append(" ");
  out.append(request.target);
  out.append(" HTTP/1.1\r\nHost: ");
  out.append(request.authority);
  out.append("\r\n");
  if (request.has_body) {
    out.append("Content-Length: " + std::to_string(request.content_length) + "\r\n");
  }
  out.append(request.raw_fields);
  if (!request.raw_fields.empty() && !request.raw_fields.ends_with("\r\n")) {
    out.append("\r\n");
  }
  out.append("\r\n");
  return out.size() - before;
}

}  // namespace osprey::wire::http
