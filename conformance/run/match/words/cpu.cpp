// SPDX-License-Identifier: Apache-2.0
#include "run/match/limit_clause.hpp"
#include "run/match/word.hpp"

namespace conform {

static void read(Reading& in, const Tree& value, Expect& out) {
  Tree share = value;
  if (share.scalar.ends_with('%')) share.scalar.pop_back();
  add_limit<&Limits::cpu, kCpuWord>(out, in.number_in(share, "cpu (percent of a core)", 0, 10000));
}

const ClauseWord kCpuWord = {
    .word = "cpu",
    .rank = 2,
    .read = read,
    .schema = [] { return std::string(R"({"$ref": "#/definitions/percent"})"); },
    .exchanges = Exchanges::one,
    .websocket = "`20%` of one core at most, over 300 ms after the rest holds"};

}  // namespace conform
