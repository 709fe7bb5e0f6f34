// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "run/http_legal.hpp"
#include "run/matcher.hpp"
#include "wire/digest.hpp"

namespace conform {

using wire::HttpHead;

static std::string shown(const std::optional<std::string>& value) {
  return value ? "\"" + *value + "\"" : std::string("absent");
}

static Outcome match_header(const HeaderExpect& wanted, const HttpHead& head,
                            const HandshakeFacts* handshake) {
  const auto values = head.values(wanted.name);
  const auto value = head.first(wanted.name);
  const auto fill = [&](const std::string& text) {
    return handshake != nullptr ? fill_placeholders(text, *handshake) : text;
  };
  const auto differs = [&] {
    return Outcome::no("header " + wanted.name + " is " + shown(value) + ", expected " +
                       wanted.text);
  };
  if (wanted.absent && value) return differs();
  if (wanted.present && !value) return differs();
  if (wanted.equals && (!value || *value != fill(*wanted.equals))) return differs();
  if (wanted.contains && !head.has_token(wanted.name, fill(*wanted.contains))) return differs();
  for (const std::string& token : wanted.lacks) {
    if (head.has_token(wanted.name, fill(token))) return differs();
  }
  if (wanted.differs && value && *value == fill(*wanted.differs)) return differs();
  if (wanted.leads && !wire::same_name(head.headers.front().name, wanted.name)) {
    return Outcome::no("the first header is " + head.headers.front().name + ", expected " +
                       wanted.name);
  }
  std::string all;
  for (const std::string& one : values) all += one + "\n";
  if (wanted.includes && all.find(fill(*wanted.includes)) == std::string::npos) return differs();
  if (wanted.excludes && all.find(fill(*wanted.excludes)) != std::string::npos) return differs();
  if (wanted.count && static_cast<int>(values.size()) != *wanted.count) {
    return Outcome::no("there are " + std::to_string(values.size()) + " headers " + wanted.name +
                       ", expected " + std::to_string(*wanted.count));
  }
  if (value && !std::all_of(values.begin(), values.end(),
                            [&](const std::string& one) { return has_form(one, wanted.form); })) {
    return differs();
  }
  if (!wanted.one_of.empty() || wanted.one_of_absent) {
    bool found = !value && wanted.one_of_absent;
    for (const std::string& one : wanted.one_of)
      found = found || (value && wire::same_name(*value, fill(one)));
    if (!found) return differs();
  }
  return Outcome::yes();
}

Outcome match_headers(const std::vector<HeaderExpect>& expected, const HttpHead& head,
                      const HandshakeFacts* handshake) {
  for (const HeaderExpect& wanted : expected) {
    Outcome one = match_header(wanted, head, handshake);
    if (one.answer == Answer::no) return one;
  }
  return Outcome::yes();
}

Outcome match_parameters(const std::vector<std::pair<std::string, NumberSet>>& expected,
                         const wire::Extension& answer) {
  for (const auto& [name, numbers] : expected) {
    const bool there = answer.has(name);
    const auto value = answer.value(name);
    if (!there) {
      if (numbers.none) continue;
      return Outcome::no("the answer lacks " + name);
    }
    if (numbers.present) continue;
    const int number = value && !value->empty() && value->size() < 6 &&
                               value->find_first_not_of("0123456789") == std::string::npos
                           ? std::stoi(*value)
                           : -1;
    if (!numbers.holds(number))
      return Outcome::no("the answer has " + name + (value ? "=" + *value : ""));
  }
  return Outcome::yes();
}

Outcome match_deflate(const DeflateExpect& expected, const HttpHead& head,
                      const std::string& offer) {
  const auto answers = wire::parse_extensions(head.elements("Sec-WebSocket-Extensions"));
  if (!answers) return Outcome::no("Sec-WebSocket-Extensions of the answer violates its grammar");
  const wire::Extension* answer = nullptr;
  for (const wire::Extension& one : *answers) {
    if (one.name != "permessage-deflate") continue;
    if (answer != nullptr) return Outcome::no("the answer names permessage-deflate twice");
    answer = &one;
  }
  using Kind = DeflateExpect::Kind;
  if (answer == nullptr) {
    if (expected.kind == Kind::declined || expected.kind == Kind::legal) return Outcome::yes();
    return Outcome::no("the implementation declined permessage-deflate");
  }
  if (expected.kind == Kind::declined)
    return Outcome::no("the implementation accepted permessage-deflate");
  if (expected.kind == Kind::parameters) return match_parameters(expected.parameters, *answer);
  if (expected.kind == Kind::accepted) return Outcome::yes();
  HttpHead asked;
  asked.headers.push_back({"offer", offer});
  const auto offers = wire::parse_extensions(asked.elements("offer"));
  std::string why = wire::illegal_answer(*answer, offers.value_or(std::vector<wire::Extension>()));
  return why.empty() ? Outcome::yes() : Outcome::no(std::move(why));
}

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

Outcome Matcher::status(const Expect& expect, const wire::HttpMessage& response) const {
  const int status = response.head.status();
  if (status == 0)
    return Outcome::no("the answer is not an HTTP response: " +
                       wire::describe(response.head.start_line));
  if (expect.refused && status == 101)
    return Outcome::no("the implementation answered 101: it accepted the handshake");
  if (expect.status && !expect.status->holds(status)) {
    return Outcome::no("the implementation answered " + std::to_string(status));
  }
  if (status == 101 && expect.status && facts_.handshake != nullptr) {
    Outcome valid = valid_switch(response.head, facts_.handshake->key);
    if (valid.answer == Answer::no) return valid;
  }
  Outcome headers = match_headers(expect.headers, response.head, facts_.handshake);
  if (headers.answer == Answer::no) return headers;
  if (expect.deflate) {
    Outcome deflate = match_deflate(*expect.deflate, response.head, facts_.offer);
    if (deflate.answer == Answer::no) return deflate;
  }
  if (expect.body && response.body != facts_.payloads.make(*expect.body)) {
    return Outcome::no("the body is " + wire::describe(response.body));
  }
  return Outcome::yes();
}

Outcome Matcher::refused() const {
  if (!seen_.responses.empty()) return Outcome::yes();
  if (seen_.end) {
    return facts_.channel.seen.octets_after_request == 0
               ? Outcome::yes()
               : Outcome::no(
                     "the connection ended in the middle of something that is not an HTTP "
                     "response");
  }
  if (seen_.timeout)
    return Outcome::timeout("neither a response nor the end of the connection came");
  return Outcome::wait("a refusal");
}

Outcome Matcher::responses(const Expect& expect) const {
  if (!expect.responses) return Outcome::yes();
  const auto wanted = static_cast<std::size_t>(*expect.responses);
  if (seen_.responses.size() > wanted) {
    return Outcome::no(std::to_string(seen_.responses.size()) + " HTTP responses came, expected " +
                       std::to_string(wanted));
  }
  if (!seen_.end && !seen_.timeout) return Outcome::wait("the end of the connection");
  if (seen_.responses.size() < wanted) {
    return Outcome::no(std::to_string(seen_.responses.size()) + " HTTP responses came, expected " +
                       std::to_string(wanted));
  }
  return seen_.end ? rest(expect) : Outcome::timeout("the connection is still open");
}

Outcome Matcher::http(const Expect& expect) const {
  if (!http_expected(expect) || facts_.role != Role::server) return Outcome::yes();
  if (!seen_.responses.empty()) {
    Outcome one = status(expect, seen_.responses.back());
    if (expect.responses) one = status(expect, seen_.responses.front());
    if (one.answer == Answer::no) return one;
  } else if (expect.refused) {
    Outcome one = refused();
    if (one.answer != Answer::yes) return one;
  } else if (seen_.end) {
    return Outcome::no("the connection ended without an HTTP response");
  } else {
    return seen_.timeout ? Outcome::timeout("no HTTP response came")
                         : Outcome::wait("an HTTP response");
  }
  return responses(expect);
}

// How a request may begin: with a method, a token.
static bool may_be_request(wire::OctetView octets) {
  const auto method = octets.substr(0, octets.find(' '));
  return !method.empty() && is_token(method);
}

// RFC 6455 §4.1: a status other than 101 is handled by the rules of HTTP. The client may end the
// connection, ask for something else on it, or keep it and go its way.
Outcome Matcher::not_connected(const Expect& expect) const {
  if (!expect.not_connected) return Outcome::yes();
  const wire::Octets& came = facts_.channel.responses().pending();
  std::size_t used = 0;
  if (came.empty() && (seen_.end || seen_.went_on)) return Outcome::yes();
  if (!came.empty() && !may_be_request(came)) {
    return Outcome::no(
        "behind the refusal of its handshake the client sent bytes that are no HTTP request: " +
        wire::describe(came));
  }
  if (const auto head = wire::read_head(came, used)) {
    if (head->start_line.find(" HTTP/1.") != std::string::npos) return Outcome::yes();
    return Outcome::no("behind the refusal of its handshake the client sent " +
                       wire::describe(head->start_line) + ", which is no HTTP request");
  }
  if (seen_.end) return Outcome::no("the connection ended inside a request");
  if (seen_.timeout) {
    return Outcome::timeout(
        "after the refusal of its handshake the client neither ended the connection nor asked for "
        "anything else");
  }
  return Outcome::wait("what the client does after the refusal of its handshake");
}

static std::string target_of(const std::string& line) {
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

Outcome Matcher::request(const Expect& expect) const {
  if (!expect.request) return Outcome::yes();
  if (facts_.http) {
    const bool came = facts_.fetch != nullptr && !facts_.fetch->requests.empty();
    if (came) return one_request(*expect.request, facts_.fetch->requests.front());
    return facts_.fetch != nullptr && facts_.fetch->done ? Outcome::no("no request came")
                                                         : Outcome::wait("a request");
  }
  if (facts_.request == nullptr) return Outcome::no("no request came");
  const HttpHead& head = *facts_.request;
  const RequestExpect& wanted = *expect.request;
  const std::string& line = head.start_line;
  if (wanted.method && line.rfind(*wanted.method + " ", 0) != 0)
    return Outcome::no("the request line is " + line);
  if (wanted.version && (line.size() < wanted.version->size() ||
                         line.substr(line.size() - wanted.version->size()) != *wanted.version)) {
    return Outcome::no("the request line is " + line);
  }
  if (!wanted.targets.empty()) {
    bool found = false;
    for (const std::string& target : wanted.targets) {
      found = found || target_of(line) == fill_placeholders(target, *facts_.handshake);
    }
    if (!found) return Outcome::no("the request's target is " + target_of(line));
  }
  if (wanted.legal) {
    Outcome legal = legal_request(head);
    if (legal.answer == Answer::no) return legal;
  }
  if (wanted.key_valid) {
    wire::Octets key;
    const auto text = head.first("Sec-WebSocket-Key");
    if (!text || !wire::from_base64(*text, key) || key.size() != 16) {
      return Outcome::no("Sec-WebSocket-Key is " + shown(text) + ", not base64 of 16 bytes");
    }
  }
  if (wanted.key_fresh && !facts_.key_fresh) {
    return Outcome::no("Sec-WebSocket-Key was used before in this run");
  }
  if (wanted.body && facts_.request_body != nullptr &&
      *facts_.request_body != facts_.payloads.make(*wanted.body)) {
    return Outcome::no("the request's body is " + wire::describe(*facts_.request_body));
  }
  if (wanted.rest_none && facts_.octets_behind_request) {
    return Outcome::no("more bytes followed the request before it was answered");
  }
  return match_headers(wanted.headers, head, facts_.handshake);
}

}  // namespace conform
