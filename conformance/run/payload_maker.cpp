// SPDX-License-Identifier: Apache-2.0
#include "run/payload_maker.hpp"

#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "wire/random.hpp"

namespace conform {

using wire::Octets;
using wire::Random;

std::uint64_t PayloadMaker::size_of(const Size& size) const {
  if (size.kind == Size::Kind::at_limit) return message_limit_;
  if (size.kind == Size::Kind::over_limit) return message_limit_ + 1;
  return full_ ? size.octets_full : size.octets;
}

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

static Octets utf8_octets(Random& random, std::uint64_t size) {
  static constexpr std::array<std::string_view, 8> kPieces = {"a",  "ß", "κ", "ж",
                                                              "漢", "€", "😀", "z"};
  Octets out;
  while (out.size() < size) {
    const auto piece = kPieces[random.below(8)];
    if (out.size() + piece.size() <= size)
      out += piece;
    else
      out.append(size - out.size(), 'e');
  }
  return out;
}

// Text with the repetitions of real data, so that compression has something to find.
static Octets json_octets(Random& random, std::uint64_t size) {
  static constexpr std::array<std::string_view, 12> kWords = {
      "status",      "created_at", "text",     "user",      "name",   "location",
      "description", "followers",  "language", "retweeted", "source", "profile_image"};
  Octets out = "[";
  while (out.size() < size) {
    out += "{\"id\":" + std::to_string(random.next() >> 20U);
    for (int i = 0; i < 5; ++i) {
      out += ",\"";
      out += kWords[random.below(12)];
      out += "\":\"";
      out += kWords[random.below(12)];
      out += ' ';
      out += std::to_string(random.below(100000));
      out += '"';
    }
    out += "},\n";
  }
  out.resize(size);
  return out;
}

static constexpr std::uint64_t kPool = std::uint64_t{4} << 20U;

static Octets drawn(Fill fill, Random& random, std::uint64_t size) {
  switch (fill) {
    case Fill::random:
      return random_octets(random, size);
    case Fill::utf8:
      return utf8_octets(random, size);
    case Fill::json:
      return json_octets(random, size);
    default:
      return ascii_octets(random, size);
  }
}

// Large payloads are cut out of one long text per kind: a thousand messages need not be drawn one
// by one. All threads share them.
static const Octets& pool_of(Fill fill, std::uint64_t seed) {
  static std::mutex mutex;
  static std::map<std::pair<Fill, std::uint64_t>, Octets> pools;
  const std::lock_guard lock(mutex);
  auto& pool = pools[{fill, seed}];
  if (pool.empty()) {
    Random random(seed, "pool");
    pool = drawn(fill, random, kPool);
  }
  return pool;
}

Octets PayloadMaker::fill(Fill fill, std::uint64_t size, std::uint64_t repetition) const {
  if (fill == Fill::zero) return Octets(size, '\0');
  Random random(seed_, case_id_ + '#' + std::to_string(static_cast<int>(fill)) + '#' +
                           std::to_string(size) + '#' + std::to_string(repetition));
  // A cut through UTF-8 could part a code point.
  if (fill == Fill::utf8 || size < 256 || size > kPool / 4) return drawn(fill, random, size);
  return pool_of(fill, seed_).substr(random.below(static_cast<std::uint32_t>(kPool - size)), size);
}

Octets PayloadMaker::make(const Payload& payload, std::uint64_t repetition) const {
  switch (payload.kind) {
    case Payload::Kind::octets:
      return payload.octets;
    case Payload::Kind::sized:
      return fill(payload.fill, size_of(payload.size), repetition);
    case Payload::Kind::repeat: {
      const Octets unit = make(payload.parts.front(), repetition);
      Octets out;
      out.reserve(unit.size() * payload.times);
      for (std::uint64_t i = 0; i < payload.times; ++i) out += unit;
      return out;
    }
    case Payload::Kind::join: {
      Octets out;
      for (const Payload& part : payload.parts) out += make(part, repetition);
      return out;
    }
  }
  return {};
}

}  // namespace conform
