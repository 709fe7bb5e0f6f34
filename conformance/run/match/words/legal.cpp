// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/legal.hpp"

#include "run/match/word.hpp"

namespace conform {

Outcome Legal::match(const Facts& facts, const Expect& beside) const {
  return facts.http ? ResponseClause::match(facts, beside) : Outcome::yes();
}

Outcome Legal::of(const Facts&, const wire::HttpMessage& response) const {
  return legal_http_response(response.head, how_);
}

Legality read_legality(Reading& in, const Tree& value) {
  return kLegality.read(in, value, "legal") == 1 ? Legality::tidy : Legality::legal;
}

const ClauseWord kLegalWord = {
    .word = "legal",
    .rank = 23,
    .read = [](Reading& in, const Tree& value,
               Expect& out) { add_clause(out, std::make_shared<Legal>(read_legality(in, value))); },
    .schema = schema_of<kLegality>,
    .http_server =
        "`true` the head is what a server may send: status line, names, CR LF, framing, "
        "single and list values · `tidy` one space behind each colon besides"};

}  // namespace conform
