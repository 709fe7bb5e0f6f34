// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/sni.hpp"

#include "run/match/word.hpp"

namespace conform {

const ClauseWord kSniWord = {.word = "sni",
                             .rank = 1,
                             .read = read_value<Sni, kSniWord, kText>,
                             .schema = PlainText::schema,
                             .websocket = "setup tls: the server name that the client asked for"};

}  // namespace conform
