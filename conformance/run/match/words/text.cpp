// SPDX-License-Identifier: Apache-2.0
#include "run/match/word.hpp"
#include "run/match/words/messages.hpp"

namespace conform {

const ClauseWord kTextWord = {
    .word = "text",
    .rank = 31,
    .read = [](Reading& in, const Tree& value, Expect& out) { add_message(in, value, 1, out); },
    .schema = PayloadOf::schema,
    .websocket = "a payload: the next message is this one"};

}  // namespace conform
