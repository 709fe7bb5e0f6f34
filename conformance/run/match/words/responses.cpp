// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/responses.hpp"

#include <algorithm>

#include "run/match/word.hpp"

namespace conform {

Outcome Responses::of_exchange(const Facts& facts, const Expect& beside) const {
  const wire::HttpMessage* first = nullptr;
  Outcome sum = await_response(facts, beside, first);
  const auto& came = facts.seen.responses;
  for (std::size_t i = 0; i < came.size() && i < count_; ++i) {
    Outcome one = match_response(facts, is_number() ? std::vector<ClausePtr>() : list_[i], came[i]);
    if (one.answer == Answer::no) return one;
  }
  return sum;
}

Outcome Responses::of_handshake(const Facts& facts, const Expect& beside) const {
  if (facts.role != Role::server) return Outcome::yes();
  const wire::HttpMessage* first = nullptr;
  Outcome sum = await_response(facts, beside, first);
  if (first != nullptr) sum = match_response(facts, {}, *first);
  if (sum.answer != Answer::yes) return sum;
  const Seen& seen = facts.seen;
  const std::size_t came = seen.responses.size();
  const auto other = [&] {
    return Outcome::no(std::to_string(came) + " HTTP responses came, expected " +
                       std::to_string(count_));
  };
  if (came > count_) return other();
  if (!seen.end && !seen.timeout) return Outcome::wait("the end of the connection");
  if (came < count_) return other();
  return seen.end ? nothing_behind(facts, beside)
                  : Outcome::timeout("the connection is still open");
}

Outcome Responses::match(const Facts& facts, const Expect& beside) const {
  if (facts.http_client()) return Outcome::yes();
  return facts.http ? of_exchange(facts, beside) : of_handshake(facts, beside);
}

Traits Responses::traits() const {
  Traits out;
  out.awaits = Awaits::response;
  out.exact = true;
  out.may_end = is_number();
  return out;
}

static constexpr WholeNumber kCount{0, 100000};
static const std::vector<const ClauseWord*> kOfOne = {&kVersionWord, &kStatusWord, &kHeadersWord,
                                                      &kBodyWord, &kLegalWord};

// One of a list says what an expectation of a single response says.
static std::vector<ClausePtr> read_one(Reading& in, const Tree& tree) {
  Expect one;
  if (!in.is_map(tree, "a response")) return {};
  std::vector<std::string_view> known;
  known.reserve(kOfOne.size());
  for (const ClauseWord* word : kOfOne) known.push_back(word->word);
  for (const auto& [key, value] : tree.map) {
    const auto at = std::find(known.begin(), known.end(), key.scalar);
    if (at == known.end()) {
      in.unknown(key, "a response", known);
    } else {
      kOfOne[static_cast<std::size_t>(at - known.begin())]->read(in, value, one);
    }
  }
  return one.clauses;
}

static void read(Reading& in, const Tree& value, Expect& out) {
  if (!value.is_list() || value.list.empty()) {
    const auto count = static_cast<std::size_t>(kCount.read(in, value, "responses"));
    return add_clause(out, std::make_shared<Responses>(count));
  }
  std::vector<std::vector<ClausePtr>> list;
  for (const Tree& one : value.list) list.push_back(read_one(in, one));
  add_clause(out, std::make_shared<Responses>(std::move(list)));
}

static std::string schema() {
  std::string one;
  for (const ClauseWord* word : kOfOne)
    one += (one.empty() ? "\"" : ", \"") + std::string(word->word) + "\": " + word->schema();
  one = R"({"type": "object", "additionalProperties": false, "properties": {)" + one + "}}";
  return any_schema({kCount.schema(), list_schema(one, 1)});
}

const ClauseWord kResponsesWord = {
    .word = "responses",
    .rank = 27,
    .read = read,
    .schema = schema,
    .websocket =
        "`N` exactly so many HTTP responses came until the end of the connection or the "
        "fence",
    .http_server =
        "`N` so many, or a list of `{status, headers, body, version, legal}` in their "
        "order"};

}  // namespace conform
