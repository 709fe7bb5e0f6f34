// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Open : public Clause {
 public:
  explicit Open(NumberSet count) : Clause(kOpenWord), count_(std::move(count)) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (!facts.http_client() || facts.fetch == nullptr || count_.holds(facts.fetch->open))
      return Outcome::yes();
    const std::string what =
        "the client has " + std::to_string(facts.fetch->open) + " connections open";
    return facts.seen.timeout ? Outcome::no(what) : Outcome::wait(what);
  }

 private:
  NumberSet count_;
};

constexpr NumbersOf kCount{0, 65535};

}  // namespace

const ClauseWord kOpenWord = {
    .word = "open",
    .rank = 12,
    .read = read_value<Open, kOpenWord, kCount>,
    .schema = schema_of<kCount>,
    .exchanges = Exchanges::several,
    .http_kept = "`N` so many connections of the client are open (number, list, range)"};

}  // namespace conform
