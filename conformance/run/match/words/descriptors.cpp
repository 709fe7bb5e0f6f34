// SPDX-License-Identifier: Apache-2.0
#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/limit_clause.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

static constexpr WholeNumber kMore{0, 1000000};

static void read(Reading& in, const Tree& value, Expect& out) {
  Limits limits;
  limits.descriptors = kMore.read(in, value, "descriptors");
  add_clause(out, std::make_shared<LimitClause>(kDescriptorsWord, limits));
}

const ClauseWord kDescriptorsWord = {
    .word = "descriptors",
    .rank = 2,
    .read = read,
    .schema = [] { return kMore.schema(); },
    .exchanges = Exchanges::one,
    .websocket = "`N`: no more descriptors are open than before, plus N"};

}  // namespace conform
