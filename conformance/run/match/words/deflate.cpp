// SPDX-License-Identifier: Apache-2.0
#include "run/match/deflate_answer.hpp"
#include "run/match/responses.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

enum class Kind : std::uint8_t { declined, accepted, legal, parameters };
using Parameters = std::vector<std::pair<std::string, NumberSet>>;

class Deflate : public ResponseClause {
 public:
  Deflate(Kind kind, Parameters parameters)
      : ResponseClause(kDeflateWord), kind_(kind), parameters_(std::move(parameters)) {}
  Outcome of(const Facts& facts, const wire::HttpMessage& response) const override;

 private:
  Outcome answered(const Facts& facts, const wire::Extension& answer) const;
  Kind kind_;
  Parameters parameters_;
};

Outcome Deflate::answered(const Facts& facts, const wire::Extension& answer) const {
  if (kind_ == Kind::declined) return Outcome::no("the implementation accepted permessage-deflate");
  if (kind_ == Kind::parameters) return match_parameters(parameters_, answer);
  if (kind_ == Kind::accepted) return Outcome::yes();
  wire::HttpHead asked;
  asked.headers.push_back({"offer", facts.offer});
  const auto offers = wire::parse_extensions(asked.elements("offer"));
  std::string why = wire::illegal_answer(answer, offers.value_or(std::vector<wire::Extension>()));
  return why.empty() ? Outcome::yes() : Outcome::no(std::move(why));
}

Outcome Deflate::of(const Facts& facts, const wire::HttpMessage& response) const {
  const auto answers = wire::parse_extensions(response.head.elements("Sec-WebSocket-Extensions"));
  if (!answers) return Outcome::no("Sec-WebSocket-Extensions of the answer violates its grammar");
  const wire::Extension* answer = nullptr;
  for (const wire::Extension& one : *answers) {
    if (one.name != "permessage-deflate") continue;
    if (answer != nullptr) return Outcome::no("the answer names permessage-deflate twice");
    answer = &one;
  }
  if (answer != nullptr) return answered(facts, *answer);
  return kind_ == Kind::declined || kind_ == Kind::legal
             ? Outcome::yes()
             : Outcome::no("the implementation declined permessage-deflate");
}

constexpr Choice kHow{"declined", "accepted", "legal"};

void read(Reading& in, const Tree& value, Expect& out) {
  if (value.is_map())
    return add_clause(out, std::make_shared<Deflate>(Kind::parameters, read_parameters(in, value)));
  if (const auto how = kHow.read(in, value, "deflate"))
    add_clause(out, std::make_shared<Deflate>(static_cast<Kind>(*how), Parameters()));
}

}  // namespace

const ClauseWord kDeflateWord = {
    .word = "deflate",
    .rank = 25,
    .read = read,
    .schema =
        [] {
          return any_schema({kHow.schema(), parameters_schema()});
        },
    .websocket =
        "of the 101: `declined` · `accepted` · `legal` (declined, or a legal answer to the "
        "offer) · a map of parameters, all of them: `{server_max_window_bits: 10}` "
        "(number, list, `absent`, `present`, `\"8-10\"`), and accepted"};

}  // namespace conform
