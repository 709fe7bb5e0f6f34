// SPDX-License-Identifier: Apache-2.0
#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/responses.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

class Version : public ResponseClause {
 public:
  explicit Version(std::string version)
      : ResponseClause(kVersionWord), version_(std::move(version)) {}
  Outcome match(const Facts& facts, const Expect& beside) const override {
    return facts.http ? ResponseClause::match(facts, beside) : Outcome::yes();
  }
  Outcome of(const Facts&, const wire::HttpMessage& response) const override {
    return response.head.start_line.rfind(version_ + " ", 0) == 0
               ? Outcome::yes()
               : Outcome::no("the status line is " + wire::describe(response.head.start_line));
  }

 private:
  std::string version_;
};

}  // namespace

const ClauseWord kVersionWord = {
    .word = "version",
    .rank = 22,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          add_clause(out, std::make_shared<Version>(in.text(value, "version")));
        },
    .schema = PlainText::schema,
    .http_server = "`HTTP/1.1`, of the next final response"};

}  // namespace conform
