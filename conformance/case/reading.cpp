// SPDX-License-Identifier: Apache-2.0
#include "case/reading.hpp"

#include <algorithm>
#include <charconv>

namespace conform {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto blank = text.find(' ');
  const auto value = parse_number(text.substr(0, blank));
  if (!value || blank == std::string_view::npos) return value;
  const auto unit = text.substr(blank + 1);
  for (const auto& [name, shift] : {std::pair{"KiB", 10U}, {"MiB", 20U}, {"GiB", 30U}}) {
    if (unit == name && *value < (std::uint64_t{1} << 30U)) return *value << shift;
  }
  return std::nullopt;
}

std::optional<Milliseconds> parse_span(std::string_view text) {
  const bool milli = text.size() > 2 && text.substr(text.size() - 2) == "ms";
  const bool whole = !milli && text.size() > 1 && text.back() == 's';
  if (!milli && !whole) return std::nullopt;
  text.remove_suffix(milli ? 2 : 1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const auto value = parse_number(text);
  if (!value || *value > 3'600'000) return std::nullopt;
  return Milliseconds(static_cast<std::int64_t>(*value) * (milli ? 1 : 1000));
}

static std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string nearest_word(std::string_view word, const std::vector<std::string_view>& known) {
  std::string best;
  std::size_t least = word.size() / 3 + 2;
  for (const auto candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

void Reading::bad(const Tree& where, std::string what, std::string mend) {
  problems_.push_back({file_, where.line, std::move(what), std::move(mend)});
}

const ClauseWord* Reading::find(std::string_view word) const {
  const auto at = std::find_if(words_.begin(), words_.end(),
                               [&](const ClauseWord* one) { return one->word == word; });
  return at != words_.end() ? *at : nullptr;
}

std::string Reading::text(const Tree& tree, std::string_view field) {
  if (tree.is_scalar()) return tree.scalar;
  if (!tree.is_null())
    bad(tree, std::string(field) + " must be text", "write one word or quote it");
  return {};
}

bool Reading::boolean(const Tree& tree, std::string_view field) {
  if (tree.is_scalar() && (tree.scalar == "true" || tree.scalar == "false")) {
    return tree.scalar == "true";
  }
  bad(tree, std::string(field) + " must be true or false", "write true or false");
  return false;
}

std::uint64_t Reading::number(const Tree& tree, std::string_view field) {
  const auto value = tree.is_scalar() ? parse_number(tree.scalar) : std::nullopt;
  if (!value) bad(tree, std::string(field) + " must be a whole number", "write digits only");
  return value.value_or(0);
}

int Reading::number_in(const Tree& tree, std::string_view field, int low, int high) {
  const auto value = tree.is_scalar() ? parse_number(tree.scalar) : std::nullopt;
  if (value && *value >= static_cast<std::uint64_t>(low) &&
      *value <= static_cast<std::uint64_t>(high))
    return static_cast<int>(*value);
  const std::string range = std::to_string(low) + " to " + std::to_string(high);
  bad(tree,
      std::string(field) + " must be a number from " + range +
          (tree.is_scalar() ? ", not '" + tree.scalar + "'" : ""),
      "write a whole number from " + range);
  return low;
}

std::uint64_t Reading::size(const Tree& tree, std::string_view field) {
  const auto value = tree.is_scalar() ? parse_size(tree.scalar) : std::nullopt;
  if (!value) {
    bad(tree, std::string(field) + " must be a size",
        "write octets, or '64 KiB', '16 MiB', '1 GiB'");
  }
  return value.value_or(0);
}

std::uint64_t Reading::size_to(const Tree& tree, std::string_view field, std::uint64_t most) {
  const std::uint64_t value = size(tree, field);
  if (value <= most) return value;
  const std::string range = "at most " + std::to_string(most) + " bytes";
  bad(tree, std::string(field) + " must be " + range + ", not '" + tree.scalar + "'",
      "write a size of " + range);
  return most;
}

Milliseconds Reading::span(const Tree& tree, std::string_view field) {
  const auto value = tree.is_scalar() ? parse_span(tree.scalar) : std::nullopt;
  if (!value) bad(tree, std::string(field) + " must be a span of time", "write '200ms' or '5s'");
  return value.value_or(Milliseconds(0));
}

std::vector<std::string> Reading::texts(const Tree& tree, std::string_view field) {
  std::vector<std::string> out;
  if (tree.is_scalar()) return {tree.scalar};
  if (!tree.is_list())
    bad(tree, std::string(field) + " must be a list of words", "write [one, two]");
  for (const Tree& element : tree.list) out.push_back(text(element, field));
  return out;
}

std::optional<std::size_t> Reading::word(const Tree& tree, std::string_view field,
                                         std::span<const std::string_view> words) {
  std::size_t index = 0;
  std::string all;
  for (const auto candidate : words) {
    if (tree.is_scalar() && tree.scalar == candidate) return index;
    all += (index++ == 0 ? "" : ", ") + std::string(candidate);
  }
  bad(tree, std::string(field) + " cannot be '" + tree.scalar + "'", "use one of: " + all);
  return std::nullopt;
}

bool Reading::is_map(const Tree& tree, std::string_view field) {
  if (tree.is_map()) return true;
  bad(tree, std::string(field) + " must be a map", "write {name: value}");
  return false;
}

void Reading::unknown(const Tree& key, std::string_view in,
                      const std::vector<std::string_view>& known) {
  const std::string near = nearest_word(key.scalar, known);
  std::string mend = "the pages in spec-cases list the words";
  if (!near.empty()) mend = "did you mean '" + near + "'?";
  bad(key, "unknown word '" + key.scalar + "' in " + std::string(in), mend);
}

}  // namespace conform
