// SPDX-License-Identifier: Apache-2.0
#include "case/tree.hpp"

#include <yaml-cpp/yaml.h>

#include <set>

namespace conform {

Tree::Tree() = default;
Tree::Tree(const Tree& other) = default;
Tree::Tree(Tree&& other) noexcept = default;
Tree& Tree::operator=(const Tree& other) = default;
Tree& Tree::operator=(Tree&& other) noexcept = default;
Tree::~Tree() = default;

const Tree* Tree::find(std::string_view key) const {
  for (const auto& [name, value] : map) {
    if (name.scalar == key) return &value;
  }
  return nullptr;
}

namespace {

class Converter {
 public:
  Converter(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}

  Tree convert(const YAML::Node& node) {
    Tree tree;
    tree.line = node.Mark().line + 1;
    if (node.IsScalar()) {
      tree.kind = Tree::Kind::scalar;
      tree.scalar = node.Scalar();
    } else if (node.IsSequence()) {
      tree.kind = Tree::Kind::list;
      for (const auto& element : node) tree.list.push_back(convert(element));
    } else if (node.IsMap()) {
      convert_map(node, tree);
    }
    return tree;
  }

 private:
  void convert_map(const YAML::Node& node, Tree& tree) {
    tree.kind = Tree::Kind::map;
    std::set<std::string> seen;
    for (const auto& entry : node) {
      Tree key = convert(entry.first);
      if (!key.is_scalar()) {
        problems_.push_back({file_, key.line, "a key that is not plain text", "quote it"});
        continue;
      }
      if (!seen.insert(key.scalar).second) {
        problems_.push_back(
            {file_, key.line, "key '" + key.scalar + "' stands here twice", "keep one of the two"});
      }
      tree.map.emplace_back(std::move(key), convert(entry.second));
    }
  }

  std::string file_;
  Problems& problems_;
};

}  // namespace

Tree parse_yaml(const std::string& text, const std::string& file, Problems& problems) {
  try {
    return Converter(file, problems).convert(YAML::Load(text));
  } catch (const YAML::Exception& e) {
    problems.push_back({file, e.mark.line + 1, "not YAML: " + e.msg,
                        "check indentation, quotes and brackets there"});
    return {};
  }
}

std::string fill_places(
    const std::string& text,
    const std::function<std::optional<std::string>(const std::string& name)>& value_of) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find('{', at);
    const auto close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) break;
    if (const auto value = value_of(text.substr(open + 1, close - open - 1))) {
      out.append(text, at, open - at).append(*value);
      at = close + 1;
    } else {
      out.append(text, at, open + 1 - at);
      at = open + 1;
    }
  }
  return out.append(text, at);
}

std::string substitute_text(const std::string& text, const Variables& variables) {
  return fill_places(text, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end() || !found->second.is_scalar()) return std::nullopt;
    return found->second.scalar;
  });
}

Tree substitute(const Tree& tree, const Variables& variables) {
  if (tree.is_scalar()) {
    const std::string& text = tree.scalar;
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
      const auto found = variables.find(text.substr(1, text.size() - 2));
      if (found != variables.end()) return found->second;
    }
  }
  Tree out = tree;
  out.scalar = substitute_text(tree.scalar, variables);
  for (Tree& element : out.list) element = substitute(element, variables);
  for (auto& [key, value] : out.map) {
    key.scalar = substitute_text(key.scalar, variables);
    value = substitute(value, variables);
  }
  return out;
}

std::string one_line(const Tree& tree) {
  if (tree.is_scalar()) return tree.scalar.empty() ? "\"\"" : tree.scalar;
  if (tree.is_null()) return "null";
  std::string out;
  for (const Tree& element : tree.list) out += (out.empty() ? "" : ", ") + one_line(element);
  for (const auto& [key, value] : tree.map) {
    out += (out.empty() ? "" : ", ") + key.scalar + ": " + one_line(value);
  }
  return tree.is_list() ? "[" + out + "]" : "{" + out + "}";
}

}  // namespace conform
