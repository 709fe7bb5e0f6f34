// SPDX-License-Identifier: Apache-2.0
// Setup http: requests and responses, no frames.
#include <algorithm>

#include "run/http_legal.hpp"
#include "run/matcher.hpp"
#include "wire/digest.hpp"

namespace conform {

using wire::HttpMessage;

std::size_t responses_wanted(const Expect& expect) {
  if (!expect.http.responses.empty()) return expect.http.responses.size();
  if (expect.responses) return static_cast<std::size_t>(*expect.responses);
  if (expect.refused) return 0;
  const bool one = expect.status || expect.body || !expect.headers.empty() || expect.http.version ||
                   expect.http.connection == ConnectionExpect::kept ||
                   (expect.http.legal != Legality::any && !expect.http.interim);
  return one ? 1 : 0;
}

Outcome Matcher::content(const Payload& wanted, const wire::Octets& body) const {
  if (body == fill_placeholders(facts_.payloads.make(wanted), *facts_.handshake))
    return Outcome::yes();
  return Outcome::no("the body is " + wire::describe(body));
}

// RFC 9110 §8.6, §9.3.2: what two responses both say has to agree; a length also with content that
// came without one.
Outcome Matcher::same_as(const HeaderExpect& header, const HttpMessage& response) const {
  const auto value = response.head.first(header.name);
  const auto at = static_cast<std::size_t>(header.same_as.value_or(0)) - 1;
  if (!header.same_as || !value || at >= seen_.responses.size()) return Outcome::yes();
  const HttpMessage& first = seen_.responses[at];
  auto other = first.head.first(header.name);
  if (!other && wire::same_name(header.name, "Content-Length"))
    other = std::to_string(first.body.size());
  if (!other || *value == *other) return Outcome::yes();
  return Outcome::no("header " + header.name + " is \"" + *value + "\", but in response " +
                     std::to_string(at + 1) + " it is \"" + *other + "\"");
}

Outcome Matcher::one_response(const ResponseExpect& wanted, const HttpMessage& response) const {
  const int status = response.head.status();
  if (status == 0) {
    return Outcome::no("the answer is not an HTTP response: " +
                       wire::describe(response.head.start_line));
  }
  if (wanted.status && !wanted.status->holds(status))
    return Outcome::no("the implementation answered " + std::to_string(status));
  if (!response.complete) return Outcome::no("the response was cut short");
  if (wanted.version && response.head.start_line.rfind(*wanted.version + " ", 0) != 0)
    return Outcome::no("the status line is " + wire::describe(response.head.start_line));
  if (wanted.legal != Legality::any) {
    Outcome legal = legal_http_response(response.head, wanted.legal);
    if (legal.answer == Answer::no) return legal;
  }
  for (const HeaderExpect& header : wanted.headers) {
    Outcome same = same_as(header, response);
    if (same.answer == Answer::no) return same;
  }
  Outcome headers = match_headers(wanted.headers, response.head, facts_.handshake);
  if (headers.answer == Answer::no) return headers;
  return wanted.body ? content(*wanted.body, response.body) : Outcome::yes();
}

Outcome Matcher::wanted_responses(const Expect& expect) const {
  const auto& list = expect.http.responses;
  const std::size_t wanted = responses_wanted(expect);
  for (std::size_t i = 0; i < seen_.responses.size() && i < wanted; ++i) {
    // Fields beside a list or a count are the first response's.
    ResponseExpect one = i < list.size() ? list[i] : ResponseExpect();
    if (i == 0 && list.empty()) {
      one = {expect.http.version, expect.status, expect.headers, expect.body, expect.http.legal};
    }
    Outcome matched = one_response(one, seen_.responses[i]);
    if (matched.answer == Answer::no) return matched;
  }
  if (seen_.responses.size() >= wanted) return Outcome::yes();
  const std::string what = wanted == 1
                               ? "an HTTP response"
                               : "HTTP response " + std::to_string(seen_.responses.size() + 1);
  if (seen_.end) return Outcome::no(what + " did not come before the end of the connection");
  if (seen_.timeout) return Outcome::timeout(what + " did not come");
  return Outcome::wait(what);
}

// RFC 9110 §15.2: before its final response a server may send whatever it likes of 1xx, but for a
// 101 nobody asked for; to HTTP/1.0 not one.
Outcome Matcher::interim(const Expect& expect) const {
  if (!expect.http.interim && !expect.http.interim_never) return Outcome::yes();
  bool came = false;
  for (const HttpMessage& one : seen_.interim) {
    const int status = one.head.status();
    const bool wanted = expect.http.interim && expect.http.interim->holds(status);
    if (expect.http.interim_never || (status == 101 && !wanted))
      return Outcome::no("an interim response came: " + one.head.start_line);
    came = came || wanted;
    if (expect.http.legal == Legality::any) continue;
    Outcome legal = legal_http_response(one.head, expect.http.legal);
    if (legal.answer == Answer::no) return legal;
  }
  if (expect.http.interim_never || came) return Outcome::yes();
  if (expect.http.interim->none)
    return seen_.continues > 1 ? Outcome::no("a second 100 came") : Outcome::yes();
  if (!seen_.responses.empty())
    return Outcome::no("the final response came without an interim one");
  if (seen_.end) return Outcome::no("the connection ended before an interim response");
  return seen_.timeout ? Outcome::timeout("no interim response came")
                       : Outcome::wait("an interim response");
}

// An error status, or the end of the connection without any octet: nothing was taken.
Outcome Matcher::refusal(const Expect& expect) const {
  if (!expect.refused) return Outcome::yes();
  if (seen_.responses.empty()) {
    if (seen_.end) {
      return seen_.octets_after_request == 0
                 ? Outcome::yes()
                 : Outcome::no("the connection ended inside a response");
    }
    return seen_.timeout ? Outcome::timeout("neither a response nor the end of the connection")
                         : Outcome::wait("a refusal");
  }
  const int status = seen_.responses.front().head.status();
  if (status < 400 || status > 599)
    return Outcome::no("the implementation answered " + std::to_string(status));
  return Outcome::yes();
}

std::size_t Matcher::taken_by(const Expect& expect) const {
  const std::size_t wanted = expect.refused ? 1 : responses_wanted(expect);
  return std::min(wanted, seen_.responses.size());
}

// Bytes behind the last response, of which no response can be made any more.
Outcome Matcher::rest(const Expect& expect) const {
  const wire::Octets& pending = facts_.channel.responses().pending();
  if (pending.empty() || expect.http.rest_any) return Outcome::yes();
  return Outcome::no(
      std::to_string(pending.size()) + " bytes came " +
      (seen_.responses.empty() ? "that are no HTTP response: " : "behind the last response: ") +
      wire::describe(pending));
}

// Nothing but what was wanted came, up to the fence or the end of the connection.
Outcome Matcher::nothing_further(const Expect& expect) const {
  std::size_t wanted = responses_wanted(expect);
  if (expect.refused) wanted = std::min<std::size_t>(1, seen_.responses.size());
  const std::size_t came = seen_.responses.size();
  const bool answered = seen_.http_fence_sent && came == wanted + 1;
  const auto count = [&] {
    return std::to_string(came) + " HTTP responses came; expected " + std::to_string(wanted) +
           (seen_.http_fence_sent ? ", and one to the suite's last request" : "");
  };
  if (came > wanted + (seen_.http_fence_sent ? 1U : 0U)) return Outcome::no(count());
  if (answered && seen_.responses.back().head.status() != facts_.fence_status) {
    return Outcome::no("the suite's last request on the connection was answered " +
                       std::to_string(seen_.responses.back().head.status()) +
                       ", but at the start of the run " + std::to_string(facts_.fence_status));
  }
  using Wish = ConnectionExpect;
  const Wish wish = expect.http.connection;
  if (wish == Wish::closed && answered)
    return Outcome::no("the connection is still open and answering");
  if (seen_.end) {
    const bool kept = wish != Wish::kept || answered;
    return kept
               ? rest(expect)
               : Outcome::no("the connection was closed: a further request on it was not answered");
  }
  if (!seen_.timeout) return Outcome::wait("the end of the connection");
  // That the fence's own connection ends is another case's business.
  if (answered) return rest(expect);
  return Outcome::timeout(wish == Wish::closed
                              ? "the connection is still open"
                              : "a further request on the connection was not answered");
}

Outcome Matcher::exchange(const Expect& expect) const {
  if (facts_.role == Role::client) return fetched(expect);
  for (const auto part : {&Matcher::wanted_responses, &Matcher::interim, &Matcher::refusal}) {
    Outcome one = (this->*part)(expect);
    if (one.answer != Answer::yes) return one;
  }
  if (!facts_.last_step && !expect.last && !expect.responses && expect.http.responses.empty() &&
      expect.http.connection == ConnectionExpect::unstated && !expect.refused) {
    return Outcome::yes();
  }
  return expect.fence == FenceUse::never && expect.http.connection == ConnectionExpect::unstated &&
                 !expect.responses
             ? Outcome::yes()
             : nothing_further(expect);
}

Outcome Matcher::report(const ReportExpect& wanted) const {
  const FetchFacts& fetch = *facts_.fetch;
  if (!fetch.trouble.empty()) return Outcome::no(fetch.trouble);
  if (wanted.error) {
    return fetch.error.empty()
               ? Outcome::no("the client reported status " + std::to_string(fetch.status) +
                             " and " + std::to_string(fetch.length) + " bytes; expected an error")
               : Outcome::yes();
  }
  if (!fetch.error.empty())
    return Outcome::no("the client reported an unexpected error: " + fetch.error);
  if (wanted.status && !wanted.status->holds(fetch.status))
    return Outcome::no("the client reported status " + std::to_string(fetch.status));
  if (!wanted.body) return Outcome::yes();
  const wire::Octets body = facts_.payloads.make(*wanted.body);
  if (fetch.length == body.size() && fetch.sha256 == wire::sha256_hex(body)) return Outcome::yes();
  return Outcome::no("the client reported " + std::to_string(fetch.length) +
                     " bytes of content with SHA-256 " + fetch.sha256.substr(0, 16) +
                     "…, not the " + std::to_string(body.size()) + " that were expected");
}

// RFC 9112 §9.3: whether a request came on a connection that had carried another.
Outcome Matcher::reused(const Expect& expect) const {
  const ConnectionExpect wish = expect.http.connection;
  const FetchFacts& fetch = *facts_.fetch;
  if (expect.http.open && !expect.http.open->holds(fetch.open)) {
    const std::string what = "the client has " + std::to_string(fetch.open) + " connections open";
    return seen_.timeout ? Outcome::no(what) : Outcome::wait(what);
  }
  if (wish == ConnectionExpect::unstated) return Outcome::yes();
  if (wish == ConnectionExpect::closed) {
    if (seen_.end) return Outcome::yes();
    return seen_.timeout ? Outcome::timeout("the client left the connection open")
                         : Outcome::wait("the end of the connection");
  }
  if (fetch.requests.empty()) {
    if (fetch.done) return Outcome::no("no request came");
    return seen_.timeout ? Outcome::timeout("no request came") : Outcome::wait("a request");
  }
  if (fetch.kept == (wish == ConnectionExpect::kept)) return Outcome::yes();
  return Outcome::no(fetch.kept ? "the request came on a connection that had carried one before"
                                : "the request came on a new connection");
}

Outcome Matcher::fetched(const Expect& expect) const {
  const HttpExpect& wanted = expect.http;
  if (facts_.fetch != nullptr) {
    Outcome where = reused(expect);
    if (where.answer != Answer::yes) return where;
    if (wanted.earlier && facts_.fetch->earlier) {
      Outcome one = one_request(*wanted.earlier, *facts_.fetch->earlier);
      if (one.answer == Answer::no) return Outcome::no("in the exchange before: " + one.why);
    }
  }
  if (!wanted.report && !wanted.requests && !wanted.later) return Outcome::yes();
  if (facts_.fetch == nullptr) return Outcome::no("no client program was started");
  const FetchFacts& fetch = *facts_.fetch;
  if (!fetch.done) {
    if (!seen_.timeout) return Outcome::wait("the client's report");
    return Outcome::timeout(fetch.several
                                ? "the client printed no report (it has to flush each line)"
                                : "the client's program did not end");
  }
  if (wanted.requests && !wanted.requests->holds(static_cast<int>(fetch.requests.size()))) {
    return Outcome::no("the client sent " + std::to_string(fetch.requests.size()) + " requests");
  }
  for (std::size_t i = 1; wanted.later && i < fetch.requests.size(); ++i) {
    Outcome one = one_request(*wanted.later, fetch.requests[i]);
    if (one.answer == Answer::no) return Outcome::no("in a later request: " + one.why);
  }
  return wanted.report ? report(*wanted.report) : Outcome::yes();
}

// What a request of an HTTP client has to be, besides what Matcher::request() looks at.
Outcome Matcher::one_request(const RequestExpect& wanted, const HttpMessage& request) const {
  if (wanted.legal) {
    Outcome legal =
        legal_http_request(request.head, wanted.tidy ? Legality::tidy : Legality::legal);
    if (legal.answer == Answer::no) return legal;
  }
  if (wanted.rest_none && seen_.octets_after_request != 0)
    return Outcome::no("more bytes followed the request");
  const std::string& line = request.head.start_line;
  if (wanted.method && line.rfind(*wanted.method + " ", 0) != 0)
    return Outcome::no("the request line is " + wire::describe(line));
  if (wanted.version && !line.ends_with(" " + *wanted.version))
    return Outcome::no("the request line is " + wire::describe(line));
  if (!wanted.targets.empty()) {
    const bool found =
        std::any_of(wanted.targets.begin(), wanted.targets.end(), [&](const std::string& target) {
          return line.find(" " + fill_placeholders(target, *facts_.handshake) + " ") !=
                 std::string::npos;
        });
    if (!found) return Outcome::no("the request line is " + wire::describe(line));
  }
  Outcome headers = match_headers(wanted.headers, request.head, facts_.handshake);
  if (headers.answer == Answer::no) return headers;
  return wanted.body ? content(*wanted.body, request.body) : Outcome::yes();
}

}  // namespace conform
