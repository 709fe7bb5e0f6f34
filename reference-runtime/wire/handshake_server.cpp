// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake_server.hpp"

#include <algorithm>
#include <utility>

#include "wire/authority.hpp"
#include "wire/handshake_fields.hpp"
#include "wire/handshake_key.hpp"

namespace osprey::wire {
namespace {

using Fields = std::vector<HeaderField>;
using Values = std::vector<std::string_view>;

// RFC 9112 §3.2: origin form, or an absolute URI whose authority then stands in for Host.
WireError check_target(std::string_view target, UpgradeRequest& request) {
  if (target.front() == '/') {
    request.target = target;
  } else {
    const std::size_t scheme_end = target.find("://");
    const std::string_view scheme = target.substr(0, scheme_end);
    if (scheme_end == std::string_view::npos ||
        !(same_ignoring_case(scheme, "http") || same_ignoring_case(scheme, "https") ||
          same_ignoring_case(scheme, "ws") || same_ignoring_case(scheme, "wss"))) {
      return WireError::target_invalid;
    }
    target.remove_prefix(scheme_end + 3);
    const std::size_t path = std::min(target.find_first_of("/?#"), target.size());
    request.host = target.substr(0, path);
    request.target = path == target.size() ? std::string_view("/") : target.substr(path);
    if (!is_authority(request.host) || request.target.front() != '/') {
      return WireError::target_invalid;
    }
  }
  // RFC 6455 §3: a fragment is no part of a WebSocket address.
  return request.target.find('#') == std::string_view::npos ? WireError::none
                                                            : WireError::target_invalid;
}

WireError check_host(const Fields& fields, UpgradeRequest& request) {
  const Values hosts = values_of(fields, "Host");
  // RFC 6455 §4.2.1 (2), RFC 9112 §3.2: exactly one Host that names an authority.
  if (hosts.size() != 1) {
    return hosts.empty() ? WireError::host_missing : WireError::host_repeated;
  }
  if (!is_authority(hosts.front())) {
    return WireError::host_invalid;
  }
  if (request.host.empty()) {
    request.host = hosts.front();
  }
  return WireError::none;
}

WireError check_no_body(const Fields& fields) {
  // RFC 6455 §4.1: what follows the request's head is frames, so a body has no place.
  if (!values_of(fields, "Transfer-Encoding").empty()) {
    return WireError::body_in_upgrade;
  }
  const Values lengths = values_of(fields, "Content-Length");
  const bool none = std::all_of(lengths.begin(), lengths.end(),
                                [](std::string_view length) { return length == "0"; });
  return none ? WireError::none : WireError::body_in_upgrade;
}

WireError check_upgrade(const Fields& fields) {
  const Values upgrades = values_of(fields, "Upgrade");
  // RFC 6455 §4.2.1 (3): Upgrade holds the token websocket, in any case.
  if (upgrades.empty()) {
    return WireError::upgrade_missing;
  }
  if (!list_has_token(upgrades, "websocket")) {
    return WireError::upgrade_not_websocket;
  }
  // RFC 6455 §4.2.1 (4): Connection holds the token Upgrade, in any case.
  return list_has_token(values_of(fields, "Connection"), "Upgrade")
             ? WireError::none
             : WireError::connection_token_missing;
}

WireError check_version(const Fields& fields) {
  const Values versions = values_of(fields, "Sec-WebSocket-Version");
  // RFC 6455 §11.3.5: at most one in a request.
  if (versions.size() != 1) {
    return versions.empty() ? WireError::version_missing : WireError::version_repeated;
  }
  // RFC 6455 §4.2.1 (6): 13, written so.
  return versions.front() == "13" ? WireError::none : WireError::version_unsupported;
}

WireError check_key(const Fields& fields, UpgradeRequest& request) {
  const Values keys = values_of(fields, "Sec-WebSocket-Key");
  // RFC 6455 §11.3.1: at most one.
  if (keys.size() != 1) {
    return keys.empty() ? WireError::key_missing : WireError::key_repeated;
  }
  // RFC 6455 §4.2.1 (5): the base64 of 16 octets.
  if (!is_valid_key(keys.front())) {
    return WireError::key_invalid;
  }
  request.key = keys.front();
  return WireError::none;
}

WireError check_subprotocols(const Fields& fields, UpgradeRequest& request) {
  for (std::string_view rest : values_of(fields, "Sec-WebSocket-Protocol")) {
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      more = comma != std::string_view::npos;
      const std::string_view name = trimmed(rest.substr(0, comma));
      rest.remove_prefix(more ? comma + 1 : rest.size());
      // RFC 6455 §4.1 (10), §4.3: every element is a token, and none is empty.
      if (!is_token(name)) {
        return WireError::subprotocols_invalid;
      }
      request.subprotocols.push_back(name);
    }
  }
  return WireError::none;
}

WireError check_origin(const Fields& fields, UpgradeRequest& request) {
  const Values origins = values_of(fields, "Origin");
  // RFC 6454 §7.3: one Origin; two would let one be checked and the other used.
  if (origins.size() > 1) {
    return WireError::origin_repeated;
  }
  if (!origins.empty()) {
    request.origin = origins.front();
  }
  return WireError::none;
}

WireError check_extensions(const Fields& fields, UpgradeRequest& request) {
  Outcome<std::vector<Extension>> extensions =
      parse_extensions(values_of(fields, "Sec-WebSocket-Extensions"));
  if (extensions.ok()) {
    request.extensions = std::move(extensions.value());
  }
  return extensions.error();
}

// The first broken rule, in an order that gives the most telling answer.
WireError check_all(const RequestHead& head, UpgradeRequest& request) {
  WireError error = check_target(head.target, request);
  const auto next = [&error](auto check) {
    if (error == WireError::none) {
      error = check();
    }
  };
  next([&] { return check_host(head.fields, request); });
  next([&] { return check_upgrade(head.fields); });
  next([&] { return check_no_body(head.fields); });
  next([&] { return check_version(head.fields); });
  next([&] { return check_key(head.fields, request); });
  next([&] { return check_origin(head.fields, request); });
  next([&] { return check_subprotocols(head.fields, request); });
  next([&] { return check_extensions(head.fields, request); });
  return error;
}

}  // namespace

Outcome<UpgradeRequest> read_upgrade_request(std::string_view head) {
  Outcome<RequestHead> parsed = parse_request_head(head);
  if (!parsed.ok()) {
    return parsed.failure();
  }
  return check_upgrade_request(std::move(parsed.value()));
}

Outcome<UpgradeRequest> check_upgrade_request(RequestHead head) {
  // RFC 6455 §4.2.1 (1): GET.
  if (head.method != "GET") {
    return Failure{WireError::method_not_get, std::string(head.method)};
  }
  // RFC 6455 §4.2.1 (1): HTTP/1.1 or higher.
  if (head.minor_version < 1) {
    return WireError::http_version_unsupported;
  }
  UpgradeRequest request;
  const WireError error = check_all(head, request);
  if (error != WireError::none) {
    return error;
  }
  request.fields = std::move(head.fields);
  return request;
}

WireError append_acceptance(const UpgradeRequest& request, const UpgradeAnswer& answer,
                            Buffer& out) {
  // RFC 6455 §4.2.2 (5.5): a subprotocol is one of those offered.
  const auto& offered = request.subprotocols;
  const bool protocol_good =
      answer.subprotocol.empty() ||
      std::find(offered.begin(), offered.end(), answer.subprotocol) != offered.end();
  std::string extensions;
  if (answer.deflate.has_value()) {
    extensions = deflate_answer(request.extensions, *answer.deflate);
  }
  if (!protocol_good || !are_extra_fields(answer.extra_fields) ||
      (answer.deflate.has_value() && extensions.empty())) {
    return WireError::bad_argument;
  }
  const Outcome<std::string> accept = accept_of(request.key);
  if (!accept.ok()) {
    return accept.error();
  }
  out.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  append_field("Sec-WebSocket-Accept", accept.value(), out);
  if (!answer.subprotocol.empty()) {
    append_field("Sec-WebSocket-Protocol", answer.subprotocol, out);
  }
  if (!extensions.empty()) {
    append_field("Sec-WebSocket-Extensions", extensions, out);
  }
  append_fields(answer.extra_fields, out);
  out.append("\r\n");
  return WireError::none;
}

}  // namespace osprey::wire
