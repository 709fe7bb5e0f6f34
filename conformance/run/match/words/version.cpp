// SPDX-License-Identifier: Apache-2.0
#include "run/match/responses.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

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

const ClauseWord kVersionWord = {.word = "version",
                                 .rank = 22,
                                 .read = read_value<Version, kVersionWord, kText>,
                                 .schema = PlainText::schema,
                                 .http_server = "`HTTP/1.1`, of the next final response"};

}  // namespace conform
