// SPDX-License-Identifier: Apache-2.0
#include "case/value.hpp"

#include <algorithm>

namespace conform {

static constexpr const char* kPlace = R"({"$ref": "#/definitions/place"})";

std::string any_schema(std::initializer_list<std::string> schemas) {
  std::string out;
  for (const std::string& one : schemas) out += one + ", ";
  return R"({"anyOf": [)" + out + kPlace + "]}";
}

std::string map_schema(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string out;
  for (const auto& [name, schema] : fields)
    out += (out.empty() ? "\"" : ", \"") + std::string(name) + "\": " + schema;
  return R"({"type": "object", "additionalProperties": false, "properties": {)" + out + "}}";
}

std::string list_schema(const std::string& of, int at_least) {
  return R"({"type": "array", "minItems": )" + std::to_string(at_least) + R"(, "items": )" + of +
         "}";
}

std::string choice_schema(std::span<const std::string_view> words) {
  std::string out;
  bool truth = false;
  for (const auto word : words) {
    out += (out.empty() ? "\"" : ", \"") + std::string(word) + "\"";
    truth = truth || word == "true";
  }
  // A quoted word is the same to the reader.
  return any_schema({R"({"enum": [)" + out + (truth ? ", true" : "") + "]}"});
}

static std::string number_schema(int low, int high) {
  return R"({"type": "integer", "minimum": )" + std::to_string(low) + R"(, "maximum": )" +
         std::to_string(high) + "}";
}

std::string WholeNumber::schema() const {
  return any_schema({number_schema(low, high)});
}

// "4xx", "400-599", "1002", and the words.
static bool read_number_word(const std::string& word, const NumbersOf& limits, NumberSet& out) {
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
  const bool inside = low && high && *low >= static_cast<std::uint64_t>(limits.low) &&
                      *high <= static_cast<std::uint64_t>(limits.high) && *low <= *high;
  if (!inside) return false;
  out.ranges.emplace_back(static_cast<int>(*low), static_cast<int>(*high));
  return true;
}

NumberSet NumbersOf::read(Reading& in, const Tree& value, std::string_view word) const {
  NumberSet out;
  out.text = one_line(value);
  for (const std::string& one : in.texts(value, word)) {
    if (read_number_word(one, *this, out)) continue;
    in.bad(value, std::string(word) + " cannot be '" + one + "'",
           "use a number from " + std::to_string(low) + " to " + std::to_string(high) +
               ", a range in quotes (\"3000-4999\") or a word of spec-cases/format-websocket.md");
  }
  return out;
}

std::string NumbersOf::schema() const {
  const std::string one = R"(([0-9]+|\\{[^{}]+\\}))";
  const std::string word = R"({"type": "string", "pattern": "^()" + one + "(-" + one +
                           R"()?|[1-5]xx|none|absent|empty|not-101|present)$"})";
  const std::string number = number_schema(low, high);
  return any_schema({number, word, list_schema(any_schema({number, word}))});
}

std::string parameters_schema() {
  const std::string bits = NumbersOf{8, 15}.schema();
  const std::string there = NumbersOf{0, 65535}.schema();
  return map_schema({{"server_no_context_takeover", there},
                     {"client_no_context_takeover", there},
                     {"server_max_window_bits", bits},
                     {"client_max_window_bits", bits}});
}

std::string SizeInBytes::schema() {
  return R"({"$ref": "#/definitions/size"})";
}

std::string SpanOfTime::schema() {
  return any_schema({R"({"$ref": "#/definitions/span"})"});
}

std::string PayloadOf::schema() {
  return R"({"$ref": "#/definitions/payload"})";
}

std::string PlainText::schema() {
  return R"({"type": ["string", "number", "boolean", "null"]})";
}

}  // namespace conform
