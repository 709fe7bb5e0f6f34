// SPDX-License-Identifier: Apache-2.0
#include "case/read_expect.hpp"
#include "case/value.hpp"
#include "run/match/limit_clause.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

static constexpr WholeNumber kMore{0, 1000000};

static void read(Reading& in, const Tree& value, Expect& out) {
  Limits limits;
  limits.threads = kMore.read(in, value, "threads");
  add_clause(out, std::make_shared<LimitClause>(kThreadsWord, limits));
}

const ClauseWord kThreadsWord = {.word = "threads",
                                 .rank = 2,
                                 .read = read,
                                 .schema = [] { return kMore.schema(); },
                                 .exchanges = Exchanges::one,
                                 .websocket = "`N`: no more threads are there than before, plus N"};

}  // namespace conform
