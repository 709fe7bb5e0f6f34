// SPDX-License-Identifier: Apache-2.0
#include "run/match/http_content.hpp"
#include "run/match/responses.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Body : public ResponseClause {
 public:
  explicit Body(Payload body) : ResponseClause(kBodyWord), body_(std::move(body)) {}
  Outcome of(const Facts& facts, const wire::HttpMessage& response) const override {
    return match_content(facts, body_, response.body);
  }
  Traits traits() const override {
    Traits out = ResponseClause::traits();
    out.may_end = true;
    return out;
  }

 private:
  Payload body_;
};

}  // namespace

const ClauseWord kBodyWord = {.word = "body",
                              .rank = 26,
                              .read = read_value<Body, kBodyWord, kPayload>,
                              .schema = PayloadOf::schema,
                              .websocket = "payload: the content of the HTTP response",
                              .http_server = "of the next final response; a HEAD's has no content"};

}  // namespace conform
