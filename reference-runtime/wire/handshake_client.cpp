// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake_client.hpp"

#include <algorithm>
#include <utility>

#include "wire/authority.hpp"
#include "wire/extensions.hpp"
#include "wire/handshake_fields.hpp"
#include "wire/handshake_key.hpp"

namespace osprey::wire {
namespace {

using Fields = std::vector<HeaderField>;
using Values = std::vector<std::string_view>;

bool offers_deflate(const UpgradeOffer& offer) noexcept {
  return offer.deflate != nullptr && offer.deflate->enabled;
}

bool is_resource(std::string_view resource) noexcept {
  return !resource.empty() && resource.front() == '/' &&
         std::all_of(resource.begin(), resource.end(),
                     [](char c) { return c > ' ' && c < '\x7F' && c != '#'; });
}

// RFC 6455 §4.1 (10): distinct tokens.
bool are_subprotocols(std::span<const std::string_view> names) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto before = names.first(i);
    if (!is_token(names[i]) || std::find(before.begin(), before.end(), names[i]) != before.end()) {
      return false;
    }
  }
  return true;
}

// Each argument could otherwise smuggle a line into the request.
const char* wrong_part(const UpgradeOffer& offer) noexcept {
  if (!is_resource(offer.resource)) {
    return "resource is not a path with an optional query";
  }
  if (!is_authority(offer.authority)) {
    return "authority is malformed";
  }
  if (!is_valid_key(offer.key)) {
    return "key is not the base64 of 16 octets";
  }
  if (!are_subprotocols(offer.subprotocols)) {
    return "subprotocols are not distinct tokens";
  }
  if (!are_extra_fields(offer.extra_fields)) {
    return "an extra field is malformed or reserved";
  }
  return nullptr;
}

WireError check_upgrade(const Fields& fields) {
  const Values upgrades = values_of(fields, "Upgrade");
  // RFC 6455 §4.1 (2): Upgrade is websocket, in any case.
  if (upgrades.size() != 1 || !same_ignoring_case(upgrades.front(), "websocket")) {
    return WireError::response_upgrade;
  }
  // RFC 6455 §4.1 (3): Connection holds the token Upgrade, in any case.
  return list_has_token(values_of(fields, "Connection"), "Upgrade")
             ? WireError::none
             : WireError::response_connection;
}

WireError check_accept(const Fields& fields, std::string_view key) {
  const Values accepts = values_of(fields, "Sec-WebSocket-Accept");
  // RFC 6455 §11.3.3: at most one.
  if (accepts.size() != 1) {
    return accepts.empty() ? WireError::accept_missing : WireError::accept_repeated;
  }
  const Outcome<std::string> expected = accept_of(key);
  if (!expected.ok()) {
    return expected.error();
  }
  // RFC 6455 §4.1 (4): the hash of our key and nothing else.
  return accepts.front() == expected.value() ? WireError::none : WireError::accept_wrong;
}

WireError check_no_body(const Fields& fields) {
  // RFC 9110 §8.6, RFC 9112 §6.1: a 101 response has neither; frames follow at once.
  return values_of(fields, "Content-Length").empty() &&
                 values_of(fields, "Transfer-Encoding").empty()
             ? WireError::none
             : WireError::body_in_101;
}

WireError check_subprotocol(const UpgradeOffer& offer, UpgradeAgreement& agreement) {
  const Values values = values_of(agreement.head.fields, "Sec-WebSocket-Protocol");
  // RFC 6455 §11.3.4: at most one.
  if (values.size() > 1) {
    return WireError::subprotocol_repeated;
  }
  if (values.empty()) {
    return WireError::none;
  }
  const auto& offered = offer.subprotocols;
  // RFC 6455 §4.1 (6): one of those we named, compared exactly.
  if (std::find(offered.begin(), offered.end(), values.front()) == offered.end()) {
    return WireError::subprotocol_not_offered;
  }
  agreement.subprotocol = values.front();
  return WireError::none;
}

WireError check_extensions(const UpgradeOffer& offer, UpgradeAgreement& agreement) {
  const Values values = values_of(agreement.head.fields, "Sec-WebSocket-Extensions");
  // RFC 6455 §11.3.2: at most one in a response.
  if (values.size() > 1) {
    return WireError::extensions_repeated;
  }
  const Outcome<std::vector<Extension>> extensions = parse_extensions(values);
  if (!extensions.ok()) {
    return extensions.error();
  }
  const auto agreed = check_extensions_answer(extensions.value(), offer.deflate);
  if (agreed.ok()) {
    agreement.deflate = agreed.value();
  }
  return agreed.error();
}

WireError check_all(const UpgradeOffer& offer, UpgradeAgreement& agreement) {
  WireError error = check_upgrade(agreement.head.fields);
  const auto next = [&error](auto check) {
    if (error == WireError::none) {
      error = check();
    }
  };
  next([&] { return check_accept(agreement.head.fields, offer.key); });
  next([&] { return check_no_body(agreement.head.fields); });
  next([&] { return check_subprotocol(offer, agreement); });
  next([&] { return check_extensions(offer, agreement); });
  return error;
}

}  // namespace

Outcome<std::size_t> append_upgrade_request(const UpgradeOffer& offer, Buffer& out) {
  const char* const wrong = wrong_part(offer);
  if (wrong != nullptr) {
    return Failure{WireError::bad_argument, wrong};
  }
  const std::size_t before = out.size();
  out.append("GET ");
  out.append(offer.resource);
  out.append(" HTTP/1.1\r\n");
  append_field("Host", offer.authority, out);
  out.append("Upgrade: websocket\r\nConnection: Upgrade\r\n");
  append_field("Sec-WebSocket-Key", offer.key, out);
  append_field("Sec-WebSocket-Version", "13", out);
  if (!offer.subprotocols.empty()) {
    std::string list;
    for (const std::string_view name : offer.subprotocols) {
      list.append(list.empty() ? "" : ", ").append(name);
    }
    append_field("Sec-WebSocket-Protocol", list, out);
  }
  if (offers_deflate(offer)) {
    append_field("Sec-WebSocket-Extensions", deflate_offer(*offer.deflate), out);
  }
  append_fields(offer.extra_fields, out);
  out.append("\r\n");
  return out.size() - before;
}

Outcome<UpgradeAgreement> check_upgrade_response(std::string_view head, const UpgradeOffer& offer) {
  Outcome<ResponseHead> parsed = parse_response_head(head);
  if (!parsed.ok()) {
    return parsed.failure();
  }
  UpgradeAgreement agreement;
  agreement.head = std::move(parsed.value());
  // RFC 6455 §4.1 (1): nothing but 101 opens the connection.
  if (agreement.head.status != 101) {
    return Failure{WireError::status_not_101, std::string(head.substr(0, head.find('\r')))};
  }
  // RFC 6455 §4.2.2: the answer is an HTTP/1.1 response; there is no 101 in HTTP/1.0.
  if (agreement.head.minor_version < 1) {
    return WireError::bad_status_line;
  }
  const WireError error = check_all(offer, agreement);
  if (error != WireError::none) {
    return error;
  }
  return agreement;
}

bool is_interim_response(std::string_view head) noexcept {
  // "HTTP/1.x 1yy" with yy other than 01; a status of more or fewer digits is no status.
  return head.size() > 12 && head.substr(0, 7) == "HTTP/1." && head.substr(8, 2) == " 1" &&
         head.substr(10, 2).find_first_not_of("0123456789") == std::string_view::npos &&
         (head[12] == ' ' || head[12] == '\r') && head.substr(10, 2) != "01";
}

}  // namespace osprey::wire
