// SPDX-License-Identifier: Apache-2.0
#include "run/match/limit_clause.hpp"
#include "run/match/word.hpp"

namespace conform {

static void read(Reading& in, const Tree& value, Expect& out) {
  if (!value.is_map())
    return add_limit<&Limits::memory, kMemoryWord>(out, SizeInBytes::read(in, value, "memory"));
  for (const auto& [key, size] : value.map) {
    if (key.scalar == "per") {
      add_limit<&Limits::memory_per, kMemoryWord>(out, SizeInBytes::read(in, size, "per"));
    } else {
      in.unknown(key, "memory", {"per"});
    }
  }
}

static std::string schema() {
  return any_schema({SizeInBytes::schema(), map_schema({{"per", SizeInBytes::schema()}})});
}

const ClauseWord kMemoryWord = {
    .word = "memory",
    .rank = 2,
    .read = read,
    .schema = schema,
    .exchanges = Exchanges::one,
    .websocket =
        "`64 MiB` the RSS of the implementation, if the suite started it, grew by no more than "
        "this since the case began. In `any` and `tolerate` too. Where nothing can be measured "
        "(the suite did not start the implementation, or it has ended unseen) the case is "
        "`skip`, \"not measured: …\" · `{per: 16}` memory by its slope, for floods: the "
        "case's steps are gone through again on the connection with each `times` three "
        "times as large, then nine, … as long as memory grows by more than so many bytes "
        "for each item more. It fails when that does not stop and has come to more than "
        "96 MiB; garbage, pools and buffers reach a plateau. An alternative that is "
        "`closed` ends the rounds. How fast the implementation is decides nothing"};

}  // namespace conform
