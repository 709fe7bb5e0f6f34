// SPDX-License-Identifier: Apache-2.0
#include "run/match/limit_clause.hpp"
#include "run/match/word.hpp"

namespace conform {

const ClauseWord kDescriptorsWord = {
    .word = "descriptors",
    .rank = 2,
    .read = read_more<&Limits::descriptors, kDescriptorsWord>,
    .schema = schema_of<kMore>,
    .exchanges = Exchanges::one,
    .websocket = "`N`: no more descriptors are open than before, plus N"};

}  // namespace conform
