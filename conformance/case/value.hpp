// SPDX-License-Identifier: Apache-2.0
// The kinds of value that stand behind a word: how each is read, and what the schema says of it,
// from one declaration, so that the two cannot disagree. Schemas are JSON; those of values that
// `each` may fill in take a placeholder too.
#pragma once
#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "case/number_set.hpp"
#include "case/reading.hpp"

namespace conform {

// One of these JSON schemas, or a placeholder.
std::string any_schema(std::initializer_list<std::string> schemas);
// A map of these fields and no others.
std::string map_schema(std::initializer_list<std::pair<std::string_view, std::string>> fields);
std::string list_schema(const std::string& of, int at_least = 0);
// Parameters of permessage-deflate.
std::string parameters_schema();

struct Flag {
  static bool read(Reading& in, const Tree& value, std::string_view word) {
    return in.boolean(value, word);
  }
  static std::string schema() { return any_schema({R"({"type": "boolean"})"}); }
};

std::string choice_schema(std::span<const std::string_view> words);

template <std::size_t N>
struct Choice {
  std::array<std::string_view, N> words;
  // The index of the word; nullopt with a problem.
  std::optional<std::size_t> read(Reading& in, const Tree& value, std::string_view word) const {
    return in.word(value, word, words);
  }
  std::string schema() const { return choice_schema(words); }
};
template <class... Word>
Choice(Word...) -> Choice<sizeof...(Word)>;

struct WholeNumber {
  int low, high;
  int read(Reading& in, const Tree& value, std::string_view word) const {
    return in.number_in(value, word, low, high);
  }
  std::string schema() const;
};

// A number, a range ("400-599", 4xx), a word (none, absent, present, empty, not-101), or a list.
struct NumbersOf {
  int low, high;
  NumberSet read(Reading& in, const Tree& value, std::string_view word) const;
  std::string schema() const;
};

struct SizeInBytes {
  static std::uint64_t read(Reading& in, const Tree& value, std::string_view word) {
    return in.size(value, word);
  }
  static std::string schema();
};

struct SpanOfTime {
  static Milliseconds read(Reading& in, const Tree& value, std::string_view word) {
    return in.span(value, word);
  }
  static std::string schema();
};

struct PayloadOf {
  static Payload read(Reading& in, const Tree& value, std::string_view /*word*/) {
    return read_payload(in, value);
  }
  static std::string schema();
};

struct PlainText {
  static std::string read(Reading& in, const Tree& value, std::string_view word) {
    return in.text(value, word);
  }
  static std::string schema();
};

// One text or several.
struct Texts {
  static std::string schema() {
    return any_schema({PlainText::schema(), list_schema(PlainText::schema())});
  }
};

}  // namespace conform
