// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/connection.hpp"

#include "run/match/responses.hpp"
#include "run/match/word.hpp"

namespace conform {

// RFC 9112 §9.3: whether a request came on a connection that had carried another.
Outcome ConnectionClause::of_client(const Facts& facts) const {
  if (facts.fetch == nullptr) return Outcome::yes();
  const FetchFacts& fetch = *facts.fetch;
  const Seen& seen = facts.seen;
  if (wish_ == Wish::closed) {
    if (seen.end) return Outcome::yes();
    return seen.timeout ? Outcome::timeout("the client left the connection open")
                        : Outcome::wait("the end of the connection");
  }
  if (fetch.requests.empty()) {
    if (fetch.done) return Outcome::no("no request came");
    return seen.timeout ? Outcome::timeout("no request came") : Outcome::wait("a request");
  }
  if (fetch.kept == is_kept()) return Outcome::yes();
  return Outcome::no(fetch.kept ? "the request came on a connection that had carried one before"
                                : "the request came on a new connection");
}

// Of a server: that its response is there. The rest shows by what follows it, see
// nothing_further().
Outcome ConnectionClause::match(const Facts& facts, const Expect& beside) const {
  if (facts.http_client()) return of_client(facts);
  if (!facts.http || !is_kept()) return Outcome::yes();
  const wire::HttpMessage* response = nullptr;
  Outcome sum = await_response(facts, beside, response);
  if (response == nullptr) return sum;
  Outcome one = match_response(facts, {}, *response);
  return one.answer == Answer::no ? one : sum;
}

Traits ConnectionClause::traits() const {
  Traits out;
  out.awaits = Awaits::connection;
  out.exact = true;
  out.closes = is_closed();
  return out;
}

Exchanges ConnectionClause::exchanges() const {
  return wish_ == Wish::fresh ? Exchanges::several : Exchanges::any;
}

static constexpr Choice kWish{"kept", "closed", "new"};

const ClauseWord kConnectionWord = {
    .word = "connection",
    .rank = 11,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (const auto wish = kWish.read(in, value, "connection"))
            add_clause(out, std::make_shared<ConnectionClause>(
                                static_cast<ConnectionClause::Wish>(*wish)));
        },
    .schema = schema_of<kWish>,
    .http_server =
        "`kept` the fence was answered · `closed` the server ended the connection "
        "instead",
    .http_kept =
        "`kept` the last request came on a connection that had carried one before · `new` "
        "it did not · `closed` the client has ended the connection of that request"};

}  // namespace conform
