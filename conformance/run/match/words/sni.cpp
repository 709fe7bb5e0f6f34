// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/sni.hpp"

#include "case/read_expect.hpp"
#include "case/value.hpp"

namespace conform {

const ClauseWord kSniWord = {
    .word = "sni",
    .rank = 1,
    .read = [](Reading& in, const Tree& value,
               Expect& out) { add_clause(out, std::make_shared<Sni>(in.text(value, "sni"))); },
    .schema = PlainText::schema,
    .websocket = "setup tls: the server name that the client asked for"};

}  // namespace conform
