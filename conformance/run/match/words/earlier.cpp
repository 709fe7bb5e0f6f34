// SPDX-License-Identifier: Apache-2.0
#include "run/match/request_match.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Earlier : public Clause {
 public:
  explicit Earlier(RequestExpect wanted) : Clause(kEarlierWord), wanted_(std::move(wanted)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (!facts.http_client() || facts.fetch == nullptr || !facts.fetch->earlier)
      return Outcome::yes();
    Outcome one = match_request(facts, wanted_, *facts.fetch->earlier);
    return one.answer == Answer::no ? Outcome::no("in the exchange before: " + one.why) : one;
  }

 private:
  RequestExpect wanted_;
};

}  // namespace

const ClauseWord kEarlierWord = {
    .word = "earlier",
    .rank = 13,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          add_clause(out, std::make_shared<Earlier>(read_request_expect(in, value)));
        },
    .schema = request_expect_schema,
    .exchanges = Exchanges::several,
    .http_kept = "as `request`, of the last request of the exchange before"};

}  // namespace conform
