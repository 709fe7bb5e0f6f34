// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "case/problem.hpp"

namespace conform {

// A YAML document as plain data that remembers its lines. Only tree.cpp knows the YAML library.
struct Tree {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  int line = 0;
  std::string scalar;
  std::vector<Tree> list;
  std::vector<std::pair<Tree, Tree>> map;  // keys are scalars

  // Out of line: a pair of trees is no complete type before the tree is one.
  Tree();
  Tree(const Tree& other);
  Tree(Tree&& other) noexcept;
  Tree& operator=(const Tree& other);
  Tree& operator=(Tree&& other) noexcept;
  ~Tree();

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }
  const Tree* find(std::string_view key) const;
};

// On one line, as a person would write it.
std::string one_line(const Tree& tree);

// Parses `text`; problems (not YAML, a doubled key) are added with `file` as their place.
Tree parse_yaml(const std::string& text, const std::string& file, Problems& problems);

using Variables = std::map<std::string, Tree>;

// A copy in which "{name}" is replaced: whole scalars by the variable's node, parts of text by its
// text.
Tree substitute(const Tree& tree, const Variables& variables);
std::string substitute_text(const std::string& text, const Variables& variables);
// A copy in which each "{name}" that `value_of` knows is replaced by its value; others stay.
std::string fill_places(
    const std::string& text,
    const std::function<std::optional<std::string>(const std::string& name)>& value_of);

}  // namespace conform
