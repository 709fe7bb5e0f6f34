// SPDX-License-Identifier: Apache-2.0
#include "case/read_fetch.hpp"

#include <algorithm>

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

// A target goes to the client as a word of a line, content as the rest of that line.
static bool fits_a_line(const std::string& text, bool blanks) {
  return std::none_of(text.begin(), text.end(), [&](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < (blanks ? 0x20 : 0x21) || octet > 0x7e;
  });
}

Exchange read_exchange(Reading& in, const Tree& tree) {
  Exchange out;
  if (tree.is_scalar()) {
    out.again = tree.scalar == "again";
    if (!out.again) out.target = tree.scalar;
  } else if (in.is_map(tree, "exchange")) {
    for (const auto& [key, value] : tree.map) {
      std::string* field = key.scalar == "method"   ? &out.method
                           : key.scalar == "target" ? &out.target
                           : key.scalar == "body"   ? &out.body
                                                    : nullptr;
      if (field == nullptr) {
        in.unknown(key, "exchange", {"method", "target", "body"});
      } else {
        *field = in.text(value, key.scalar);
      }
    }
  }
  if (out.target.rfind('/', 0) != 0 || !fits_a_line(out.target, false))
    in.bad(tree, "exchange cannot ask for '" + out.target + "'",
           "write a path (/second), again, or {method: HEAD, target: /second}");
  if (!fits_a_line(out.method, false) || out.method.empty() || !fits_a_line(out.body, true))
    in.bad(tree, "method and body of an exchange have to fit a line of text",
           "use printable ASCII, in the method no blank");
  return out;
}

namespace {

// The first word of an expectation that is for the other kind of client; empty = none.
std::string misplaced_word(const Expect& expect, bool several) {
  const Exchanges wrong = several ? Exchanges::one : Exchanges::several;
  for (const ClausePtr& clause : expect.clauses) {
    if (clause->exchanges() == wrong) return std::string(clause->word());
  }
  std::string out;
  for (const Expect& one : expect.any) {
    if (out.empty()) out = misplaced_word(one, several);
  }
  return out;
}

}  // namespace

void check_exchanges(Reading& in, const Tree& place, const Case& one) {
  const bool several = one.several_exchanges();
  for (const Step& step : one.steps) {
    Tree where = place;
    where.line = step.line;
    if (step.kind == Step::Kind::exchange && !several)
      in.bad(where, "an exchange behind another step", "begin the case with its first exchange");
    if (step.kind == Step::Kind::exchange && &step == &one.steps.front() && step.exchange.again)
      in.bad(where, "exchange: again without an exchange", "begin with a path, as /first");
    std::string field = misplaced_word(step.expect, several);
    for (const Expect& lax : step.tolerate) {
      if (field.empty()) field = misplaced_word(lax, several);
    }
    if (field.empty()) continue;
    in.bad(where, field + (several ? " is for a client of one exchange" : " needs exchange steps"),
           several ? "leave it out, or the exchange steps" : "begin the case with an exchange");
  }
  if (!several) return;
  if (one.roles != RoleWord::client || one.setup != Setup::http)
    in.bad(place, "exchange steps belong to HTTP clients", "say 'role: client' and 'setup: http'");
  if (one.fetch.method || one.fetch.url || one.fetch.target || one.fetch.body)
    in.bad(place, "fetch beside exchange steps", "let the exchange say what is asked for");
}

}  // namespace conform
