// SPDX-License-Identifier: Apache-2.0
#include "run/connection/handshake_text.hpp"

#include <algorithm>

#include "wire/digest.hpp"

namespace conform {

using wire::Header;
using wire::Octets;

std::map<std::string, std::string> HandshakeFacts::placeholders() const {
  return {{"host", host},
          {"port", port},
          {"authority", authority},
          {"key", key},
          {"accept", wire::accept_for(key)},
          {"subprotocol", subprotocol},
          {"origin", origin},
          {"target", target},
          {"url", url}};
}

std::string fill_placeholders(const std::string& text, const HandshakeFacts& facts) {
  if (text.find('{') == std::string::npos) return text;
  std::string out = text;
  for (const auto& [name, value] : facts.placeholders()) {
    const std::string mark = "{" + name + "}";
    for (auto at = out.find(mark); at != std::string::npos;
         at = out.find(mark, at + value.size())) {
      out.replace(at, mark.size(), value);
    }
  }
  return out;
}

static std::string accept_value(AcceptChange change, const HandshakeFacts& facts) {
  std::string accept = wire::accept_for(facts.key);
  switch (change) {
    case AcceptChange::valid:
      break;
    case AcceptChange::other_key:
      return wire::accept_for(facts.other_key);
    case AcceptChange::truncated:
      return accept.substr(0, accept.size() - 5);
    case AcceptChange::unpadded:
      return accept.substr(0, accept.find('='));
    case AcceptChange::case_flipped:
      for (char& c : accept) {
        if (c >= 'a' && c <= 'z') {
          c = static_cast<char>(c - 32);
        } else if (c >= 'A' && c <= 'Z') {
          c = static_cast<char>(c + 32);
        }
      }
      return accept;
    case AcceptChange::key_itself:
      return facts.key;
    case AcceptChange::empty:
      return "";
  }
  return accept;
}

// Replaces all lines of that name by the given ones, in place of the first; a new name goes to the
// end.
static void apply_change(const HeaderChange& change, const HandshakeFacts& facts,
                         const PayloadMaker& payloads, std::vector<Header>& headers) {
  const auto same = [&](const Header& header) { return wire::same_name(header.name, change.name); };
  auto at = std::find_if(headers.begin(), headers.end(), same) - headers.begin();
  headers.erase(std::remove_if(headers.begin(), headers.end(), same), headers.end());
  for (const Payload& value : change.values) {
    Header header{change.name, fill_placeholders(payloads.make(value), facts)};
    headers.insert(headers.begin() + at++, std::move(header));
  }
}

static Octets assemble(std::string start_line, std::vector<Header> headers,
                       const Handshake& changes, const HandshakeFacts& facts,
                       const PayloadMaker& payloads) {
  Octets body;
  if (changes.body) {
    body = payloads.make(*changes.body);
    headers.push_back(changes.chunked ? Header{"Transfer-Encoding", "chunked"}
                                      : Header{"Content-Length", std::to_string(body.size())});
  }
  for (const HeaderChange& change : changes.headers) apply_change(change, facts, payloads, headers);
  if (changes.reversed) std::reverse(headers.begin(), headers.end());
  if (changes.start_line) start_line = fill_placeholders(*changes.start_line, facts);
  const std::string eol = changes.eol.value_or("\r\n");
  Octets out = start_line + eol;
  for (const Header& header : headers) out += header.name + ": " + header.value + eol;
  for (const Payload& line : changes.header_lines) {
    out += fill_placeholders(payloads.make(line), facts) + eol;
  }
  out += changes.end ? *changes.end : eol;
  out += body;
  if (changes.first) out.resize(std::min(out.size(), static_cast<std::size_t>(*changes.first)));
  return out;
}

std::string fill_demanded(std::string text, const HandshakeFacts& facts) {
  static constexpr std::string_view kMark = "{demanded}";
  std::string lines;
  for (const SetupHeader& one : facts.demanded) lines += one.name + ": " + one.value + "\r\n";
  for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at))
    text.replace(at, kMark.size(), lines);
  return text;
}

// What the server demands; a name that is there already gets its value.
static void add_demanded(const HandshakeFacts& facts, std::vector<Header>& headers) {
  for (const SetupHeader& one : facts.demanded) {
    const auto there = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
      return wire::same_name(header.name, one.name);
    });
    if (there != headers.end()) {
      there->value = one.value;
    } else {
      headers.push_back({one.name, one.value});
    }
  }
}

Octets build_upgrade(const Handshake& changes, const HandshakeFacts& facts,
                     const PayloadMaker& payloads) {
  const std::string line = changes.method.value_or("GET") + " " +
                           fill_placeholders(changes.target.value_or(facts.path), facts) + " " +
                           changes.version.value_or("HTTP/1.1");
  std::vector<Header> headers = {{"Host", facts.authority},
                                 {"Upgrade", "websocket"},
                                 {"Connection", "Upgrade"},
                                 {"Sec-WebSocket-Key", facts.key},
                                 {"Sec-WebSocket-Version", "13"}};
  if (!facts.extensions.empty()) headers.push_back({"Sec-WebSocket-Extensions", facts.extensions});
  add_demanded(facts, headers);
  return assemble(line, std::move(headers), changes, facts, payloads);
}

Octets build_request(const Handshake& changes, const HandshakeFacts& facts,
                     const PayloadMaker& payloads) {
  const std::string line = changes.method.value_or("GET") + " " +
                           fill_placeholders(changes.target.value_or(facts.path), facts) + " " +
                           changes.version.value_or("HTTP/1.1");
  std::vector<Header> headers = {{"Host", facts.authority}};
  add_demanded(facts, headers);
  return assemble(line, std::move(headers), changes, facts, payloads);
}

Octets build_response(const Handshake& changes, const HandshakeFacts& facts,
                      const PayloadMaker& payloads) {
  const std::string line = changes.version.value_or("HTTP/1.1") + " " +
                           changes.status.value_or("101") + " " +
                           changes.reason.value_or("Switching Protocols");
  std::vector<Header> headers = {{"Upgrade", "websocket"},
                                 {"Connection", "Upgrade"},
                                 {"Sec-WebSocket-Accept", accept_value(changes.accept, facts)}};
  if (!facts.extensions.empty()) headers.push_back({"Sec-WebSocket-Extensions", facts.extensions});
  return assemble(line, std::move(headers), changes, facts, payloads);
}

Octets build_http_response(const Handshake& changes, const HandshakeFacts& facts,
                           const PayloadMaker& payloads) {
  const std::string status = changes.status.value_or("200");
  const std::string line = changes.version.value_or("HTTP/1.1") + " " + status + " " +
                           changes.reason.value_or("Chosen by the case");
  // RFC 9110 §8.6: these have no content to count.
  const bool bare = status.rfind('1', 0) == 0 || status == "204" || status == "304";
  std::vector<Header> headers;
  if (!bare && !changes.body) headers.push_back({"Content-Length", "0"});
  return assemble(line, std::move(headers), changes, facts, payloads);
}

}  // namespace conform
