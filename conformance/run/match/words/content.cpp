// SPDX-License-Identifier: Apache-2.0
#include "run/match/responses.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {
namespace {

class Content : public ResponseClause {
 public:
  explicit Content(bool some) : ResponseClause(kContentWord), some_(some) {}
  Outcome of(const Facts&, const wire::HttpMessage& response) const override {
    if (response.body.empty() != some_) return Outcome::yes();
    return Outcome::no(some_ ? "the response has no content"
                             : "the response has content: " + wire::describe(response.body));
  }

 private:
  bool some_;
};

constexpr Choice kHow{"some", "none"};

}  // namespace

const ClauseWord kContentWord = {
    .word = "content",
    .rank = 26,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          if (const auto how = kHow.read(in, value, "content"))
            add_clause(out, std::make_shared<Content>(*how == 0));
        },
    .schema = schema_of<kHow>,
    .http_server =
        "`some` the next final response has content, whatever it is · `none` it has "
        "none, by its length, its chunks or the end of the connection"};

}  // namespace conform
