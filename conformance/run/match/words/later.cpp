// SPDX-License-Identifier: Apache-2.0
#include "run/match/awaited_report.hpp"
#include "run/match/request_match.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Later : public Clause {
 public:
  explicit Later(RequestExpect wanted) : Clause(kLaterWord), wanted_(std::move(wanted)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    Outcome out = await_report(facts);
    if (out.answer != Answer::yes || !facts.http_client()) return out;
    const auto& came = facts.fetch->requests;
    for (std::size_t i = 1; i < came.size(); ++i) {
      Outcome one = match_request(facts, wanted_, came[i]);
      if (one.answer == Answer::no) return Outcome::no("in a later request: " + one.why);
    }
    return out;
  }
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::request;
    return out;
  }

 private:
  RequestExpect wanted_;
};

}  // namespace

const ClauseWord kLaterWord = {
    .word = "later",
    .rank = 15,
    .read =
        [](Reading& in, const Tree& value, Expect& out) {
          add_clause(out, std::make_shared<Later>(read_request_expect(in, value)));
        },
    .schema = request_expect_schema,
    .exchanges = Exchanges::one,
    .http_client = "as `request`, of each further one"};

}  // namespace conform
