// SPDX-License-Identifier: Apache-2.0
#include "case/read_expect.hpp"

#include <algorithm>

#include "case/value.hpp"

namespace conform {

void add_clause(Expect& out, ClausePtr clause) {
  std::erase_if(out.clauses, [&](const ClausePtr& one) { return one->word() == clause->word(); });
  const auto place =
      std::upper_bound(out.clauses.begin(), out.clauses.end(), clause->rank(),
                       [](int rank, const ClausePtr& one) { return rank < one->rank(); });
  out.clauses.insert(place, std::move(clause));
}

static void read_word(Reading& in, const Tree& key, const Tree& value, Expect& out) {
  if (key.scalar == "any") {
    if (!value.is_list() || value.list.size() < 2)
      in.bad(value, "any is a list of at least two alternatives", "write [{…}, {…}]");
    for (const Tree& element : value.list) out.any.push_back(read_expect(in, element));
    return;
  }
  if (const ClauseWord* word = in.find(key.scalar)) return word->read(in, value, out);
  std::vector<std::string_view> known = {"any"};
  for (const ClauseWord* one : in.words()) known.push_back(one->word);
  in.unknown(key, "expect", known);
}

// Where the expectation lacks a word that another one needs.
static void check_needs(Reading& in, const Tree& map) {
  for (const auto& [key, value] : map.map) {
    const ClauseWord* word = in.find(key.scalar);
    if (word == nullptr || word->needs.empty() || map.find(word->needs) != nullptr) continue;
    const std::string needs(word->needs);
    in.bad(map, key.scalar + " belongs to " + needs, "add '" + needs + ": true'");
  }
}

Expect read_expect(Reading& in, const Tree& tree) {
  Expect out;
  out.line = tree.line;
  out.text = one_line(tree);
  if (tree.is_map() && out.text.size() > 2) out.text = out.text.substr(1, out.text.size() - 2);
  Tree map = tree;
  if (tree.is_scalar()) {
    Tree yes = tree;
    yes.scalar = "true";
    map.kind = Tree::Kind::map;
    map.map.emplace_back(tree, yes);
  } else if (!in.is_map(tree, "expect")) {
    return out;
  }
  if (map.map.empty()) in.bad(tree, "an expect that expects nothing", "use 'nothing' or 'alive'");
  for (const auto& [key, value] : map.map) read_word(in, key, value, out);
  check_needs(in, map);
  return out;
}

std::vector<std::pair<std::string, NumberSet>> read_parameters(Reading& in, const Tree& tree) {
  static const std::vector<std::string_view> known_names = {
      "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
      "client_max_window_bits"};
  std::vector<std::pair<std::string, NumberSet>> out;
  if (!in.is_map(tree, "deflate")) return out;
  for (const auto& [key, value] : tree.map) {
    if (std::find(known_names.begin(), known_names.end(), key.scalar) == known_names.end())
      in.unknown(key, "deflate", known_names);
    const NumbersOf numbers =
        key.scalar.ends_with("_bits") ? NumbersOf{8, 15} : NumbersOf{0, 65535};
    out.emplace_back(key.scalar, numbers.read(in, value, key.scalar));
  }
  return out;
}

}  // namespace conform
