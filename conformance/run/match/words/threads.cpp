// SPDX-License-Identifier: Apache-2.0
#include "run/match/limit_clause.hpp"
#include "run/match/word.hpp"

namespace conform {

const ClauseWord kThreadsWord = {.word = "threads",
                                 .rank = 2,
                                 .read = read_more<&Limits::threads, kThreadsWord>,
                                 .schema = schema_of<kMore>,
                                 .exchanges = Exchanges::one,
                                 .websocket = "`N`: no more threads are there than before, plus N"};

}  // namespace conform
