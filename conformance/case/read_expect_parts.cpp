// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "case/read_expect.hpp"

namespace conform {

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

struct NumberRange {
  std::uint64_t low, high;
};

// What a number of this field can be: a status, the bits of a window, a close code or a count.
static NumberRange range_of(std::string_view field) {
  if (field == "status" || field == "interim") return {100, 999};
  if (field.size() > 5 && field.substr(field.size() - 5) == "_bits") return {8, 15};
  return {0, 65535};
}

// "4xx", "400-599", "1002", and the words.
static bool read_number_word(const std::string& word, NumberRange range, NumberSet& out) {
  if (word == "none" || word == "absent") return out.none = true;
  if (word == "empty") return out.empty = true;
  if (word == "not-101") return out.any_but_101 = true;
  if (word == "present") return out.present = true;
  if (word.size() == 3 && word.substr(1) == "xx" && word[0] >= '1' && word[0] <= '5') {
    const int base = (word[0] - '0') * 100;
    out.ranges.emplace_back(base, base + 99);
    return true;
  }
  const auto dash = word.find('-');
  const auto low = parse_number(std::string_view(word).substr(0, dash));
  const auto high =
      dash == std::string::npos ? low : parse_number(std::string_view(word).substr(dash + 1));
  if (!low || !high || *low < range.low || *high > range.high || *low > *high) return false;
  out.ranges.emplace_back(static_cast<int>(*low), static_cast<int>(*high));
  return true;
}

NumberSet read_numbers(Reading& in, const Tree& tree, std::string_view field) {
  NumberSet out;
  out.text = one_line(tree);
  const NumberRange range = range_of(field);
  for (const std::string& word : in.texts(tree, field)) {
    if (read_number_word(word, range, out)) continue;
    in.bad(tree, std::string(field) + " cannot be '" + word + "'",
           "use a number from " + std::to_string(range.low) + " to " + std::to_string(range.high) +
               ", a range in quotes (\"3000-4999\") or a word of spec-cases/README.md");
  }
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
    out.emplace_back(key.scalar, read_numbers(in, value, key.scalar));
  }
  return out;
}

static void read_header_map(Reading& in, const Tree& tree, HeaderExpect& out) {
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "contains") {
      out.contains = in.text(value, "contains");
    } else if (key.scalar == "equals") {
      out.equals = in.text(value, "equals");
    } else if (key.scalar == "lacks") {
      out.lacks = in.texts(value, "lacks");
    } else if (key.scalar == "not") {
      out.differs = in.text(value, "not");
    } else if (key.scalar == "includes") {
      out.includes = in.text(value, "includes");
    } else if (key.scalar == "excludes") {
      out.excludes = in.text(value, "excludes");
    } else if (key.scalar == "is") {
      const auto form = in.word(value, "is", {"date", "current-date", "number", "tokens"});
      if (form) out.form = static_cast<HeaderForm>(*form + 1);
    } else if (key.scalar == "same-as") {
      out.same_as = in.number_in(value, "same-as", 1, 1000);
    } else if (key.scalar == "count") {
      out.count = in.number_in(value, "count", 0, 100000);
    } else if (key.scalar == "one-of") {
      for (const Tree& element : value.list) {
        if (element.is_null()) {
          out.one_of_absent = true;
        } else {
          out.one_of.push_back(in.text(element, "one-of"));
        }
      }
    } else {
      in.unknown(key, "a header's expectation",
                 {"contains", "equals", "excludes", "includes", "lacks", "count", "one-of", "is",
                  "same-as", "not"});
    }
  }
}

std::vector<HeaderExpect> read_header_expects(Reading& in, const Tree& tree) {
  std::vector<HeaderExpect> all;
  if (!in.is_map(tree, "headers")) return all;
  for (const auto& [key, value] : tree.map) {
    HeaderExpect out;
    out.name = key.scalar;
    out.text = one_line(value);
    if (value.is_map()) {
      read_header_map(in, value, out);
    } else if (value.is_null() || (value.is_scalar() && value.scalar == "absent")) {
      out.absent = true;
    } else if (value.is_scalar() && value.scalar == "present") {
      out.present = true;
    } else if (value.is_scalar() && value.scalar == "first") {
      out.present = out.leads = true;
    } else {
      out.equals = in.text(value, key.scalar);
    }
    all.push_back(std::move(out));
  }
  return all;
}

}  // namespace conform
