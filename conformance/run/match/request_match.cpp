// SPDX-License-Identifier: Apache-2.0
#include "run/match/request_match.hpp"

#include <algorithm>

#include "case/value.hpp"
#include "run/match/handshake_legal.hpp"
#include "run/match/http_content.hpp"
#include "run/match/words/legal.hpp"
#include "wire/describe.hpp"
#include "wire/digest.hpp"

namespace conform {

static constexpr Choice kKey{"valid", "fresh"};
static constexpr Choice kNone{"none"};

RequestExpect read_request_expect(Reading& in, const Tree& tree) {
  RequestExpect out;
  if (!in.is_map(tree, "request")) return out;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word == "method") {
      out.method = in.text(value, word);
    } else if (word == "target") {
      out.targets = in.texts(value, word);
    } else if (word == "version") {
      out.version = in.text(value, word);
    } else if (word == "headers") {
      out.headers = read_header_expects(in, value);
    } else if (word == "key") {
      out.key_valid = true;
      out.key_fresh = kKey.read(in, value, word) == 1;
    } else if (word == "legal") {
      out.legal = read_legality(in, value);
    } else if (word == "rest") {
      out.rest_none = kNone.read(in, value, word).has_value();
    } else if (word == "body") {
      out.body = read_payload(in, value);
    } else {
      in.unknown(key, "request",
                 {"method", "target", "version", "headers", "key", "legal", "rest", "body"});
    }
  }
  return out;
}

std::string request_expect_schema() {
  return map_schema({{"method", PlainText::schema()},
                     {"target", Texts::schema()},
                     {"version", PlainText::schema()},
                     {"headers", header_expects_schema()},
                     {"key", kKey.schema()},
                     {"legal", kLegality.schema()},
                     {"rest", kNone.schema()},
                     {"body", PayloadOf::schema()}});
}

static Outcome match_line(const Facts& facts, const RequestExpect& wanted,
                          const std::string& line) {
  const bool method = !wanted.method || line.rfind(*wanted.method + " ", 0) == 0;
  const bool version = !wanted.version || line.ends_with(" " + *wanted.version);
  if (!method || !version) return Outcome::no("the request line is " + wire::describe(line));
  const std::string target = target_of(line);
  const bool found =
      wanted.targets.empty() ||
      std::any_of(wanted.targets.begin(), wanted.targets.end(), [&](const std::string& one) {
        return target == fill_placeholders(one, *facts.handshake);
      });
  return found ? Outcome::yes() : Outcome::no("the request's target is " + wire::describe(target));
}

static Outcome match_key(const Facts& facts, const RequestExpect& wanted) {
  wire::Octets key;
  const auto text = facts.request->first("Sec-WebSocket-Key");
  if (wanted.key_valid && (!text || !wire::from_base64(*text, key) || key.size() != 16))
    return Outcome::no("Sec-WebSocket-Key is " + shown(text) + ", not base64 of 16 bytes");
  return !wanted.key_fresh || facts.key_fresh
             ? Outcome::yes()
             : Outcome::no("Sec-WebSocket-Key was used before in this run");
}

Outcome match_upgrade(const Facts& facts, const RequestExpect& wanted) {
  const wire::HttpHead& head = *facts.request;
  Outcome out = match_line(facts, wanted, head.start_line);
  if (out.answer == Answer::yes && wanted.legal != Legality::any) out = legal_request(head);
  if (out.answer == Answer::yes) out = match_key(facts, wanted);
  if (out.answer == Answer::no) return out;
  if (wanted.body && facts.request_body != nullptr &&
      *facts.request_body != facts.payloads.make(*wanted.body)) {
    return Outcome::no("the request's body is " + wire::describe(*facts.request_body));
  }
  if (wanted.rest_none && facts.octets_behind_request)
    return Outcome::no("more bytes followed the request before it was answered");
  return match_headers(wanted.headers, head, facts.handshake);
}

Outcome match_request(const Facts& facts, const RequestExpect& wanted,
                      const wire::HttpMessage& request) {
  if (wanted.legal != Legality::any) {
    Outcome legal = legal_http_request(request.head, wanted.legal);
    if (legal.answer == Answer::no) return legal;
  }
  if (wanted.rest_none && facts.seen.octets_after_request != 0)
    return Outcome::no("more bytes followed the request");
  Outcome out = match_line(facts, wanted, request.head.start_line);
  if (out.answer == Answer::yes) out = match_headers(wanted.headers, request.head, facts.handshake);
  if (out.answer == Answer::no) return out;
  return wanted.body ? match_content(facts, *wanted.body, request.body) : Outcome::yes();
}

}  // namespace conform
