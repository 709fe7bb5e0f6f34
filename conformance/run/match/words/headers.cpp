// SPDX-License-Identifier: Apache-2.0
#include "run/match/header_match.hpp"
#include "run/match/responses.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Headers : public ResponseClause {
 public:
  explicit Headers(std::vector<HeaderExpect> headers)
      : ResponseClause(kHeadersWord), headers_(std::move(headers)) {}
  Outcome of(const Facts& facts, const wire::HttpMessage& response) const override {
    for (const HeaderExpect& header : headers_) {
      if (!facts.http || !header.same_as) continue;
      Outcome same = same_as(facts, header, response);
      if (same.answer == Answer::no) return same;
    }
    return match_headers(headers_, response.head, facts.handshake);
  }

 private:
  static Outcome same_as(const Facts& facts, const HeaderExpect& header,
                         const wire::HttpMessage& response);
  std::vector<HeaderExpect> headers_;
};

// RFC 9110 §8.6, §9.3.2: what two responses both say has to agree; a length also with content that
// came without one.
Outcome Headers::same_as(const Facts& facts, const HeaderExpect& header,
                         const wire::HttpMessage& response) {
  const auto value = response.head.first(header.name);
  const auto at = static_cast<std::size_t>(*header.same_as) - 1;
  if (!value || at >= facts.seen.responses.size()) return Outcome::yes();
  const wire::HttpMessage& first = facts.seen.responses[at];
  auto other = first.head.first(header.name);
  if (!other && wire::same_name(header.name, "Content-Length"))
    other = std::to_string(first.body.size());
  if (!other || *value == *other) return Outcome::yes();
  return Outcome::no("header " + header.name + " is \"" + *value + "\", but in response " +
                     std::to_string(at + 1) + " it is \"" + *other + "\"");
}

}  // namespace

const ClauseWord kHeadersWord = {
    .word = "headers",
    .rank = 24,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          auto headers = read_header_expects(in, value);
          if (!headers.empty()) add_clause(out, std::make_shared<Headers>(std::move(headers)));
        },
    .schema = header_expects_schema,
    .websocket =
        "of the response: `Name: text` equals (name without case) · `null` absent · "
        "`{contains: token}` (list element, without case) · `{lacks: token}` · "
        "`{includes: text}` · `{excludes: text}` (anywhere in the value) · `{one-of: [a, "
        "b, null]}` · `{count: N}` · `present`",
    .http_server =
        "as above; besides: `{is: date}` (`current-date`, `number`, `tokens`), `{not: "
        "text}`, `{lacks: [tokens]}`, `{same-as: N}` (as in response N, if it is "
        "there), `first`"};

}  // namespace conform
