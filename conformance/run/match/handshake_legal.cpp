// SPDX-License-Identifier: Apache-2.0
#include "run/match/handshake_legal.hpp"

#include <algorithm>

#include "run/match/header_match.hpp"
#include "wire/deflate_negotiation.hpp"
#include "wire/describe.hpp"
#include "wire/digest.hpp"

namespace conform {

using wire::HttpHead;

Outcome valid_switch(const HttpHead& head, const std::string& key) {
  if (!head.has_token("Upgrade", "websocket")) {
    return Outcome::no("the 101 has Upgrade " + shown(head.first("Upgrade")));
  }
  if (!head.has_token("Connection", "upgrade")) {
    return Outcome::no("the 101 has Connection " + shown(head.first("Connection")));
  }
  const auto accepts = head.values("Sec-WebSocket-Accept");
  if (accepts.size() != 1) {
    return Outcome::no("the 101 has " + std::to_string(accepts.size()) +
                       " Sec-WebSocket-Accept headers");
  }
  if (accepts.front() != wire::accept_for(key)) {
    return Outcome::no("Sec-WebSocket-Accept is \"" + accepts.front() + "\", expected \"" +
                       wire::accept_for(key) + "\", base64 of the SHA-1 of the key \"" + key +
                       "\" followed by 258EAFA5-E914-47DA-95CA-C5AB0DC85B11 (RFC 6455 §4.2.2)");
  }
  return Outcome::yes();
}

std::string target_of(const std::string& line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  return first == std::string::npos || last <= first ? ""
                                                     : line.substr(first + 1, last - first - 1);
}

// Offers of subprotocols and extensions: RFC 6455 §4.1 and §9.1, RFC 7692 §7.1.
static Outcome legal_lists(const HttpHead& head) {
  const auto protocols = head.elements("Sec-WebSocket-Protocol");
  if (protocols.empty() && head.first("Sec-WebSocket-Protocol"))
    return Outcome::no("Sec-WebSocket-Protocol is empty");
  for (std::size_t i = 0; i < protocols.size(); ++i) {
    const bool twice =
        std::find(protocols.begin(), protocols.begin() + static_cast<std::ptrdiff_t>(i),
                  protocols[i]) != protocols.begin() + static_cast<std::ptrdiff_t>(i);
    if (twice || protocols[i].find_first_of("()<>@;:\\\"/[]?={} \t") != std::string::npos) {
      return Outcome::no("Sec-WebSocket-Protocol offers \"" + protocols[i] + "\"" +
                         (twice ? " twice" : ""));
    }
  }
  const auto extensions = wire::parse_extensions(head.elements("Sec-WebSocket-Extensions"));
  if (!extensions || (extensions->empty() && head.first("Sec-WebSocket-Extensions"))) {
    return Outcome::no("Sec-WebSocket-Extensions violates its grammar");
  }
  for (const wire::Extension& one : *extensions) {
    if (one.name == "permessage-deflate" && !wire::legal_deflate_offer(one)) {
      return Outcome::no("the offer of permessage-deflate is not valid");
    }
  }
  return Outcome::yes();
}

Outcome legal_request(const HttpHead& head) {
  const std::string& line = head.start_line;
  if (line.rfind("GET ", 0) != 0 || line.size() < 14 ||
      line.substr(line.size() - 9, 8) != " HTTP/1.") {
    return Outcome::no("the request line is " + wire::describe(line));
  }
  for (const auto& header : head.headers) {
    if (header.name.empty())
      return Outcome::no("a header line without a name: " + wire::describe(header.value));
  }
  const auto once = [&](const char* name) { return head.values(name).size() == 1; };
  if (!once("Host")) return Outcome::no("there is not exactly one Host header");
  if (!head.has_token("Upgrade", "websocket"))
    return Outcome::no("Upgrade does not contain websocket");
  if (!head.has_token("Connection", "upgrade"))
    return Outcome::no("Connection does not contain Upgrade");
  if (!once("Sec-WebSocket-Version") || *head.first("Sec-WebSocket-Version") != "13") {
    return Outcome::no("Sec-WebSocket-Version is not 13");
  }
  if (!once("Sec-WebSocket-Key")) return Outcome::no("there is not exactly one Sec-WebSocket-Key");
  if (target_of(line).empty() || target_of(line).find('#') != std::string::npos) {
    return Outcome::no("the request's target is " + wire::describe(target_of(line)));
  }
  return legal_lists(head);
}

}  // namespace conform
