// SPDX-License-Identifier: Apache-2.0
#include "run/match/awaited_report.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Requests : public Clause {
 public:
  explicit Requests(NumberSet count) : Clause(kRequestsWord), count_(std::move(count)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    Outcome out = await_report(facts);
    if (out.answer != Answer::yes || !facts.http_client()) return out;
    const std::size_t came = facts.fetch->requests.size();
    return count_.holds(static_cast<int>(came))
               ? out
               : Outcome::no("the client sent " + std::to_string(came) + " requests");
  }
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::request;
    return out;
  }

 private:
  NumberSet count_;
};

constexpr NumbersOf kCount{0, 65535};

}  // namespace

const ClauseWord kRequestsWord = {
    .word = "requests",
    .rank = 14,
    .read = read_value<Requests, kRequestsWord, kCount>,
    .schema = schema_of<kCount>,
    .http_client = "`N` so many requests came on all connections (number, list, range)",
    .http_kept = "as above, of this exchange alone"};

}  // namespace conform
