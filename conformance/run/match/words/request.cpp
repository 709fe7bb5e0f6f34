// SPDX-License-Identifier: Apache-2.0
#include "run/match/request_match.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Request : public Clause {
 public:
  explicit Request(RequestExpect wanted) : Clause(kRequestWord), wanted_(std::move(wanted)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (!facts.http)
      return facts.request != nullptr ? match_upgrade(facts, wanted_)
                                      : Outcome::no("no request came");
    if (facts.fetch != nullptr && !facts.fetch->requests.empty())
      return match_request(facts, wanted_, facts.fetch->requests.front());
    return facts.fetch != nullptr && facts.fetch->done ? Outcome::no("no request came")
                                                       : Outcome::wait("a request");
  }
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::request;
    out.may_end = true;
    return out;
  }

 private:
  RequestExpect wanted_;
};

}  // namespace

const ClauseWord kRequestWord = {
    .word = "request",
    .rank = 10,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          add_clause(out, std::make_shared<Request>(read_request_expect(in, value)));
        },
    .schema = request_expect_schema,
    .websocket =
        "client role: `{method: GET, target: text or list, version: HTTP/1.1, headers: {…as "
        "above}, key: valid | fresh (16 bytes, not seen before in this run), legal: "
        "true, rest: none}`; `rest: none` = no byte followed the request before the "
        "answer",
    .http_client =
        "of the first: `{method, target, version, headers, body, legal: true | tidy, "
        "rest: none}`",
    .http_kept = "as above, of this exchange alone"};

}  // namespace conform
