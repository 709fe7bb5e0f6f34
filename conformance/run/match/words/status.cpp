// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/status.hpp"

#include "run/match/handshake_legal.hpp"
#include "run/match/word.hpp"

namespace conform {

Outcome Status::of(const Facts& facts, const wire::HttpMessage& response) const {
  const int status = response.head.status();
  if (!holds(status)) return Outcome::no("the implementation answered " + std::to_string(status));
  return status == 101 && !facts.http && facts.handshake != nullptr
             ? valid_switch(response.head, facts.handshake->key)
             : Outcome::yes();
}

Traits Status::traits() const {
  Traits out = ResponseClause::traits();
  out.may_end = true;
  return out;
}

static constexpr NumbersOf kStatuses{100, 999};

const ClauseWord kStatusWord = {
    .word = "status",
    .rank = 20,
    .read = read_value<Status, kStatusWord, kStatuses>,
    .schema = schema_of<kStatuses>,
    .websocket =
        "HTTP status: `101`, a list, `4xx`, `\"400-599\"`, `not-101`. `101` also demands "
        "Upgrade, Connection and the right Sec-WebSocket-Accept; then frames flow",
    .http_server = "of the next final response"};

}  // namespace conform
