// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/interim.hpp"

#include "run/match/expectation.hpp"
#include "run/match/word.hpp"
#include "run/match/words/legal.hpp"

namespace conform {

Outcome Interim::none_came(const Facts& facts) const {
  const Seen& seen = facts.seen;
  if (statuses_->none)
    return seen.continues > 1 ? Outcome::no("a second 100 came") : Outcome::yes();
  if (!seen.responses.empty()) return Outcome::no("the final response came without an interim one");
  if (seen.end) return Outcome::no("the connection ended before an interim response");
  return seen.timeout ? Outcome::timeout("no interim response came")
                      : Outcome::wait("an interim response");
}

// RFC 9110 §15.2: before its final response a server may send whatever it likes of 1xx, but for a
// 101 nobody asked for; to HTTP/1.0 not one.
Outcome Interim::match(const Facts& facts, const Expect& beside) const {
  if (!facts.http_server()) return Outcome::yes();
  bool came = false;
  const auto* legal = find<Legal>(beside);
  for (const wire::HttpMessage& one : facts.seen.interim) {
    const int status = one.head.status();
    const bool wanted = statuses_ && statuses_->holds(status);
    if (!statuses_ || (status == 101 && !wanted))
      return Outcome::no("an interim response came: " + one.head.start_line);
    came = came || wanted;
    Outcome form = legal != nullptr ? legal->of(facts, one) : Outcome::yes();
    if (form.answer == Answer::no) return form;
  }
  return !statuses_ || came ? Outcome::yes() : none_came(facts);
}

static constexpr NumbersOf kStatuses{100, 999};

const ClauseWord kInterimWord = {
    .word = "interim",
    .rank = 28,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          std::optional<NumberSet> statuses;
          if (!value.is_scalar() || value.scalar != "never")
            statuses = kStatuses.read(in, value, "interim");
          add_clause(out, std::make_shared<Interim>(std::move(statuses)));
        },
    .schema =
        [] {
          return any_schema({R"({"enum": ["never"]})", kStatuses.schema()});
        },
    .http_server =
        "`100`, a list: one of these statuses came before · `none` no second 100 · "
        "`never` not one 1xx (for HTTP/1.0). Others are allowed beside it, but for a "
        "101"};

}  // namespace conform
