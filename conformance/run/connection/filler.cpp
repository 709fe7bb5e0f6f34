// SPDX-License-Identifier: Apache-2.0
#include "run/connection/filler.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace conform {

using wire::Octets;
using wire::Random;

using Words = std::vector<std::string>;

static Octets random_octets(Random& random, std::uint64_t size) {
  Octets out(size, '\0');
  for (std::uint64_t i = 0; i < size; i += 8) {
    const std::uint64_t word = random.next();
    std::memcpy(out.data() + i, &word, size - i < 8 ? size - i : 8);
  }
  return out;
}

static Octets ascii_octets(Random& random, std::uint64_t size) {
  Octets out = random_octets(random, size);
  static constexpr char kLetters[] =
      "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.0123456789";
  for (char& c : out) c = kLetters[static_cast<unsigned char>(c) & 63U];
  return out;
}

template <class List>
static const auto& one_of(const List& list, Random& random) {
  return list[random.below(static_cast<std::uint32_t>(list.size()))];
}

// Letters that follow each other in Unicode.
struct Script {
  std::uint32_t first, count;
};
static constexpr Script kLatin{'a', 26};
static constexpr Script kAccented{0xE0, 23}, kGreek{0x3B1, 24}, kCyrillic{0x430, 32};
static constexpr Script kHan{0x4E00, 2000}, kEmoji{0x1F600, 64};

static void append_utf8(std::string& out, std::uint32_t code) {
  const auto last = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += {static_cast<char>(0xC0U | (code >> 6U)), last(0)};
  } else if (code < 0x10000) {
    out += {static_cast<char>(0xE0U | (code >> 12U)), last(6), last(0)};
  } else {
    out += {static_cast<char>(0xF0U | (code >> 18U)), last(12), last(6), last(0)};
  }
}

// The words are the same for every seed; which of them follow each other is drawn.
static Words vocabulary(const std::vector<Script>& scripts, std::size_t count) {
  Random random(0, "vocabulary");
  Words words(count);
  for (std::string& word : words) {
    const Script& script = one_of(scripts, random);
    for (std::uint32_t left = 2 + random.below(9); left > 0; --left)
      append_utf8(word, script.first + random.below(script.count));
  }
  return words;
}

static const Words& latin_words() {
  static const Words words = vocabulary({kLatin}, 512);
  return words;
}

static const Words& words_of_the_world() {
  static const Words words =
      vocabulary({kLatin, kLatin, kLatin, kAccented, kGreek, kCyrillic, kHan, kEmoji}, 2048);
  return words;
}

static Octets utf8_octets(Random& random, std::uint64_t size) {
  Octets out;
  out.reserve(size);
  while (out.size() < size) {
    const std::string& word = one_of(words_of_the_world(), random);
    if (out.size() + word.size() < size) {
      out += word;
      out += ' ';
    } else {
      out.append(size - out.size(), 'e');
    }
  }
  return out;
}

static std::string number(Random& random) {
  return std::to_string(random.below(1000000));
}

// Records as an API answers them: short, and most of each as in the one before, so that a window of
// 512 octets finds it too.
static std::string json_record(Random& random) {
  return "{\"id\":" + number(random) +
         R"(,"kind":"reading","station":"north of the old harbour",)" +
         R"("sensor":{"made_by":"Osprey Instruments","unit":"metres per second","checked":true},)" +
         R"("position":{"latitude":54.3233,"longitude":10.1228,"height":12},"note":")" +
         one_of(latin_words(), random) + "\"},\n";
}

static std::string html_record(Random& random) {
  return "<tr id=\"" + number(random) +
         R"("><td class="number right">12</td><td class="name left"><a href="/stations/)" +
         one_of(latin_words(), random) +
         R"(" title="Show this station on the map">on the map</a></td><td class="unit left">)" +
         "metres per second</td></tr>\n";
}

template <class Record>
static Octets records(std::string_view start, Record record, Random& random, std::uint64_t size) {
  Octets out(start);
  while (out.size() < size) out += record(random);
  out.resize(size);
  return out;
}

Octets filled(Fill fill, Random& random, std::uint64_t size) {
  switch (fill) {
    case Fill::random:
      return random_octets(random, size);
    case Fill::utf8:
      return utf8_octets(random, size);
    case Fill::json:
      return records("[", json_record, random, size);
    case Fill::html:
      return records("<table>\n", html_record, random, size);
    case Fill::zero:
      return Octets(size, '\0');
    default:
      return ascii_octets(random, size);
  }
}

}  // namespace conform
