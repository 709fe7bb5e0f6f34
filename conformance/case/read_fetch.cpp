// SPDX-License-Identifier: Apache-2.0
#include "case/read_fetch.hpp"

namespace conform {

void read_fetch(Reading& in, const Tree& tree, Fetch& out) {
  if (!in.is_map(tree, "fetch")) return;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word == "method") {
      out.method = in.text(value, word);
    } else if (word == "url") {
      out.url = read_flat_text(in, value, word);
    } else if (word == "target") {
      out.target = read_flat_text(in, value, word);
    } else if (word == "body") {
      out.body = read_payload(in, value);
    } else if (word == "early") {
      out.early = in.boolean(value, word);
    } else if (word == "later") {
      const auto what = in.word(value, word, {"plain", "redirect", "closed"});
      out.later = static_cast<FetchLater>(what.value_or(0));
    } else {
      in.unknown(key, "fetch", {"method", "url", "target", "body", "early", "later"});
    }
  }
  if (out.url && out.target) in.bad(tree, "fetch with url and target", "give one of them");
}

}  // namespace conform
