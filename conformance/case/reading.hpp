// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "case/clause.hpp"
#include "case/payload.hpp"
#include "case/step.hpp"
#include "case/tree.hpp"

namespace conform {

// Reads typed values out of a tree; what is wrong becomes a problem with file, line and mend, and
// reading goes on.
class Reading {
 public:
  // `words` is what an expectation may say; it outlives the reading.
  Reading(std::string file, Problems& problems, const Vocabulary& words = {})
      : file_(std::move(file)), problems_(problems), words_(words) {}

  void bad(const Tree& where, std::string what, std::string mend);
  const std::string& file() const { return file_; }
  const Vocabulary& words() const { return words_; }
  const ClauseWord* find(std::string_view word) const;

  std::string text(const Tree& tree, std::string_view field);
  bool boolean(const Tree& tree, std::string_view field);
  std::uint64_t number(const Tree& tree, std::string_view field);
  // A number of this range; outside of it a problem, and `low`.
  int number_in(const Tree& tree, std::string_view field, int low, int high);
  std::uint64_t size(const Tree& tree, std::string_view field);
  std::uint64_t size_to(const Tree& tree, std::string_view field, std::uint64_t most);
  Milliseconds span(const Tree& tree, std::string_view field);
  std::vector<std::string> texts(const Tree& tree, std::string_view field);
  // The index of the word in `words`, or nullopt with a problem.
  std::optional<std::size_t> word(const Tree& tree, std::string_view field,
                                  std::span<const std::string_view> words);
  std::optional<std::size_t> word(const Tree& tree, std::string_view field,
                                  std::initializer_list<std::string_view> words) {
    return word(tree, field, std::span(words.begin(), words.size()));
  }
  bool is_map(const Tree& tree, std::string_view field);
  void unknown(const Tree& key, std::string_view in, const std::vector<std::string_view>& known);

 private:
  std::string file_;
  Problems& problems_;
  Vocabulary words_;
};

std::optional<std::uint64_t> parse_number(std::string_view text);
// "64 KiB" and the like.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::optional<Milliseconds> parse_span(std::string_view text);
// The nearest of the known words, empty when none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string_view>& known);

Payload read_payload(Reading& in, const Tree& tree);
// A text that may be written as a payload of fixed octets.
std::string read_flat_text(Reading& in, const Tree& tree, std::string_view field);
Handshake read_handshake(Reading& in, const Tree& tree);
Send read_send(Reading& in, const Tree& tree);

}  // namespace conform
