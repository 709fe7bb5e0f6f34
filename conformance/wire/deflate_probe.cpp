// SPDX-License-Identifier: Apache-2.0
#include "wire/deflate_probe.hpp"

#include <algorithm>
#include <array>

namespace conform::wire {
namespace {

// A canonical Huffman code: how many symbols of each length, and the symbols in order.
struct Code {
  std::array<std::uint16_t, 16> count{};
  std::array<std::uint16_t, 320> symbol{};

  void build(const std::uint8_t* lengths, std::size_t n) {
    count.fill(0);
    for (std::size_t i = 0; i < n; ++i) ++count[lengths[i]];
    count[0] = 0;
    std::array<std::uint16_t, 16> at{};
    for (std::size_t i = 1; i < 15; ++i) {
      at[i + 1] = static_cast<std::uint16_t>(at[i] + count[i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (lengths[i] != 0) symbol[at[lengths[i]]++] = static_cast<std::uint16_t>(i);
    }
  }
};

class Probe {
 public:
  explicit Probe(OctetView in) : in_(in), bits_left_(in.size() * 8) {}

  DeflateFacts run() {
    while (facts_.readable && bits_left_ >= 3) {
      const bool last = bits(1) != 0;
      facts_.final_block = facts_.final_block || last;
      block(bits(2));
      // After a block with BFINAL the next one starts on an octet boundary.
      if (last) align();
    }
    return facts_;
  }

 private:
  std::uint32_t bits(unsigned n) {
    std::uint32_t value = 0;
    if (n > bits_left_) {
      facts_.readable = false;
      bits_left_ = 0;
      return 0;
    }
    for (unsigned i = 0; i < n; ++i, ++at_) {
      value |= ((octet_at(in_, at_ / 8) >> (at_ % 8)) & 1U) << i;
    }
    bits_left_ -= n;
    return value;
  }
  void align() { bits(static_cast<unsigned>((8 - at_ % 8) % 8)); }

  void block(std::uint32_t kind) {
    if (kind == 0) {
      stored_block();
    } else if (kind == 1) {
      ++facts_.fixed;
      fixed_codes();
      compressed_block();
    } else if (kind == 2) {
      ++facts_.dynamic;
      if (dynamic_codes()) compressed_block();
    } else {
      facts_.readable = false;
    }
  }

  void stored_block() {
    ++facts_.stored;
    align();
    if (bits_left_ == 0) return;  // the stripped tail
    const std::uint32_t size = bits(16);
    bits(16);
    if (std::size_t{size} * 8 > bits_left_) {
      facts_.readable = false;
      return;
    }
    at_ += std::size_t{size} * 8;
    bits_left_ -= std::size_t{size} * 8;
    out_ += size;
  }

  void fixed_codes() {
    std::array<std::uint8_t, 320> lengths{};
    for (std::size_t i = 0; i < 288; ++i) {
      lengths[i] = static_cast<std::uint8_t>(i < 144 ? 8 : (i < 256 ? 9 : (i < 280 ? 7 : 8)));
    }
    literals_.build(lengths.data(), 288);
    lengths.fill(5);
    distances_.build(lengths.data(), 30);
  }

  bool dynamic_codes() {
    static constexpr std::array<std::uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                            11, 4,  12, 3, 13, 2, 14, 1, 15};
    const std::size_t literals = bits(5) + 257;
    const std::size_t distances = bits(5) + 1;
    const std::size_t codes = bits(4) + 4;
    std::array<std::uint8_t, 320> lengths{};
    for (std::size_t i = 0; i < codes; ++i) {
      lengths[kOrder[i]] = static_cast<std::uint8_t>(bits(3));
    }
    literals_.build(lengths.data(), 19);
    std::size_t at = 0;
    std::array<std::uint8_t, 320> all{};
    while (facts_.readable && at < literals + distances) at = one_length(all, at);
    if (!facts_.readable || literals > 286) return facts_.readable = false;
    literals_.build(all.data(), literals);
    distances_.build(all.data() + literals, distances);
    return true;
  }

  std::size_t one_length(std::array<std::uint8_t, 320>& all, std::size_t at) {
    const unsigned symbol = decode(literals_);
    if (symbol < 16) {
      if (at < all.size()) all[at] = static_cast<std::uint8_t>(symbol);
      return at + 1;
    }
    std::uint8_t value = 0;
    std::size_t repeat = 0;
    if (symbol == 16) {
      value = at > 0 ? all[at - 1] : 0;
      repeat = 3 + bits(2);
    } else {
      repeat = symbol == 17 ? 3 + bits(3) : 11 + bits(7);
    }
    if (at + repeat > all.size()) {
      facts_.readable = false;
      return at;
    }
    std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(at), repeat, value);
    return at + repeat;
  }

  unsigned decode(const Code& code) {
    unsigned value = 0;
    unsigned first = 0;
    unsigned index = 0;
    for (std::size_t length = 1; length < 16 && facts_.readable; ++length) {
      value |= bits(1);
      const unsigned count = code.count[length];
      if (value < first + count) return code.symbol[index + (value - first)];
      index += count;
      first = (first + count) << 1U;
      value <<= 1U;
    }
    facts_.readable = false;
    return 0;
  }

  void compressed_block() {
    while (facts_.readable) {
      const unsigned symbol = decode(literals_);
      if (symbol == 256) return;
      if (symbol < 256) {
        ++out_;
      } else {
        reference(symbol - 257);
      }
    }
  }

  void reference(unsigned symbol) {
    if (symbol > 28) {
      facts_.readable = false;
      return;
    }
    static constexpr std::array<std::uint16_t, 29> kLength = {
        3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
        31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    const unsigned extra = symbol < 8 || symbol == 28 ? 0 : (symbol - 4) / 4;
    const std::uint32_t length = kLength[symbol] + bits(extra);
    const unsigned code = decode(distances_);
    if (code > 29) {
      facts_.readable = false;
      return;
    }
    const unsigned distance_extra = code < 4 ? 0 : code / 2 - 1;
    const std::uint32_t base = code < 4 ? code + 1 : ((2U + (code & 1U)) << distance_extra) + 1U;
    const std::uint32_t distance = base + bits(distance_extra);
    facts_.farthest = std::max(facts_.farthest, distance);
    facts_.reaches_before = facts_.reaches_before || distance > out_;
    out_ += length;
  }

  OctetView in_;
  std::size_t bits_left_;
  std::size_t at_ = 0;
  std::uint64_t out_ = 0;
  Code literals_;
  Code distances_;
  DeflateFacts facts_;
};

}  // namespace

DeflateFacts probe_deflate(OctetView compressed) {
  return Probe(compressed).run();
}

}  // namespace conform::wire
