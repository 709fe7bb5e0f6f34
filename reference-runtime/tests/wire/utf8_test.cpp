// SPDX-License-Identifier: Apache-2.0
#include "wire/utf8.hpp"

#include <gtest/gtest.h>
#include <utf8.h>

#include <array>
#include <string>
#include <vector>

#include "support.hpp"

namespace osprey::wire {
namespace {

using testing::Bytes;

bool library_says(ConstOctets octets) {
  return utf8::is_valid(octets.begin(), octets.end());
}

// True when some valid text begins with these octets: the question that fail-fast answers.
bool is_prefix(const Bytes& octets) {
  for (const char* const rest : {"", "\x80", "\xA0", "\x90", "\x80\x80", "\xA0\x80", "\x90\x80",
                                 "\x80\x80\x80", "\x90\x80\x80"}) {
    Bytes longer = octets;
    longer.insert(longer.end(), rest, rest + std::char_traits<char>::length(rest));
    if (library_says(longer)) {
      return true;
    }
  }
  return false;
}

// Our verdict, which must be the same however the octets are cut.
void check(const Bytes& octets) {
  const bool expected = library_says(octets);
  ASSERT_EQ(is_utf8(octets), expected) << ::testing::PrintToString(octets);
  Utf8Validator whole;
  const bool accepted = whole.feed(octets);
  ASSERT_EQ(accepted && whole.complete(), expected);
  Utf8Validator single;
  bool single_accepted = true;
  for (const std::uint8_t octet : octets) {
    single_accepted = single.feed({&octet, 1});
  }
  ASSERT_EQ(single_accepted || octets.empty(), accepted) << ::testing::PrintToString(octets);
  ASSERT_EQ(single.complete(), expected);
}

// The same with ASCII or long characters around it, so that it meets every place in a wide
// register.
void check_in_company(const Bytes& octets) {
  for (const char* const company : {"a", "\xE2\x82\xAC"}) {
    for (std::size_t before = 0; before < 36; ++before) {
      Bytes text;
      for (std::size_t i = 0; i < before; ++i) {
        text.insert(text.end(), company, company + std::char_traits<char>::length(company));
      }
      text.insert(text.end(), octets.begin(), octets.end());
      ASSERT_EQ(is_utf8(text), library_says(text)) << before;
      for (int i = 0; i < 80; ++i) {
        text.insert(text.end(), company, company + std::char_traits<char>::length(company));
      }
      ASSERT_EQ(is_utf8(text), library_says(text)) << before;
    }
  }
}

Bytes encoded(std::uint32_t code_point) {
  Bytes octets;
  if (code_point < 0x80) {
    octets = {static_cast<std::uint8_t>(code_point)};
  } else if (code_point < 0x800) {
    octets = {static_cast<std::uint8_t>(0xC0U | (code_point >> 6U)),
              static_cast<std::uint8_t>(0x80U | (code_point & 0x3FU))};
  } else if (code_point < 0x10000) {
    octets = {static_cast<std::uint8_t>(0xE0U | (code_point >> 12U)),
              static_cast<std::uint8_t>(0x80U | ((code_point >> 6U) & 0x3FU)),
              static_cast<std::uint8_t>(0x80U | (code_point & 0x3FU))};
  } else {
    octets = {static_cast<std::uint8_t>(0xF0U | (code_point >> 18U)),
              static_cast<std::uint8_t>(0x80U | ((code_point >> 12U) & 0x3FU)),
              static_cast<std::uint8_t>(0x80U | ((code_point >> 6U) & 0x3FU)),
              static_cast<std::uint8_t>(0x80U | (code_point & 0x3FU))};
  }
  return octets;
}

// Every octet that a rule tells from its neighbours.
const Bytes& boundary_octets() {
  static const Bytes octets = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                               0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
                               0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF};
  return octets;
}

TEST(Rfc3629_4, EveryCodePointIncludingSurrogatesAndBeyond) {
  for (std::uint32_t code_point = 0; code_point < 0x1FFFFF; ++code_point) {
    const Bytes octets = encoded(code_point);
    const bool valid = code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
    ASSERT_EQ(library_says(octets), valid) << code_point;
    ASSERT_EQ(is_utf8(octets), valid) << code_point;
  }
}

TEST(Rfc3629_4, EveryCodePointInOneLongTextAtEveryOffset) {
  Bytes all;
  for (std::uint32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    if (code_point < 0xD800 || code_point > 0xDFFF) {
      const Bytes octets = encoded(code_point);
      all.insert(all.end(), octets.begin(), octets.end());
    }
  }
  for (std::size_t before = 0; before < 32; ++before) {
    all.insert(all.begin(), 'x');
    EXPECT_TRUE(is_utf8(all));
  }
  Utf8Validator pieces;
  for (std::size_t at = 0, size = 1; at < all.size(); at += size, size = size % 997 + 1) {
    ASSERT_TRUE(pieces.feed(ConstOctets(all).subspan(at, std::min(size, all.size() - at))));
  }
  EXPECT_TRUE(pieces.complete());
}

TEST(Rfc3629_4, AllSequencesOfOneToThreeOctets) {
  for (unsigned a = 0; a < 256; ++a) {
    check({static_cast<std::uint8_t>(a)});
    for (unsigned b = 0; b < 256; ++b) {
      check({static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)});
      for (unsigned c = 0; c < 256; ++c) {
        const std::array<std::uint8_t, 3> octets = {static_cast<std::uint8_t>(a),
                                                    static_cast<std::uint8_t>(b),
                                                    static_cast<std::uint8_t>(c)};
        ASSERT_EQ(is_utf8(octets), library_says(octets)) << a << ' ' << b << ' ' << c;
      }
    }
  }
}

TEST(Rfc3629_4, FourOctetSequencesOfEveryClass) {
  for (const std::uint8_t a : boundary_octets()) {
    for (const std::uint8_t b : boundary_octets()) {
      for (const std::uint8_t c : boundary_octets()) {
        for (const std::uint8_t d : boundary_octets()) {
          check({a, b, c, d});
        }
      }
    }
  }
}

TEST(Rfc3629_4, SequencesOfEveryClassAtEveryPlaceOfAWideRegister) {
  for (const std::uint8_t a : boundary_octets()) {
    for (const std::uint8_t b : boundary_octets()) {
      check_in_company({a, b});
      for (const unsigned c : {0x41U, 0x80U, 0x9FU, 0xBFU, 0xC2U, 0xE1U}) {
        check_in_company({a, b, static_cast<std::uint8_t>(c)});
        if (a >= 0xF0) {
          check_in_company({a, b, static_cast<std::uint8_t>(c), 0x80});
        }
      }
    }
  }
}

TEST(Rfc6455_8_1, FailsAtTheFirstOctetThatCannotBeRight) {
  for (const std::uint8_t a : boundary_octets()) {
    for (const std::uint8_t b : boundary_octets()) {
      for (const std::uint8_t c : boundary_octets()) {
        const Bytes octets = {a, b, c};
        for (std::size_t size = 1; size <= octets.size(); ++size) {
          const Bytes part(octets.begin(), octets.begin() + static_cast<long>(size));
          for (const std::size_t before : {0U, 40U, 61U, 62U, 63U, 96U}) {
            Bytes text(before, 'a');
            text.insert(text.end(), part.begin(), part.end());
            Utf8Validator validator;
            ASSERT_EQ(validator.feed(text), is_prefix(part))
                << before << ' ' << ::testing::PrintToString(part);
          }
        }
      }
    }
  }
}

TEST(Rfc6455_8_1, StaysFailed) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.feed(testing::hex("FF")));
  EXPECT_FALSE(validator.feed(testing::hex("41")));
  EXPECT_FALSE(validator.complete());
  validator.reset();
  EXPECT_TRUE(validator.feed(testing::hex("41")));
  EXPECT_TRUE(validator.complete());
}

TEST(Ascii, KnowsEveryPlaceOfAHighOctet) {
  for (std::size_t size = 0; size < 80; ++size) {
    Bytes text(size, 'a');
    EXPECT_TRUE(is_ascii(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = 0x80;
      EXPECT_FALSE(is_ascii(text));
      text[at] = 'a';
    }
  }
}

}  // namespace
}  // namespace osprey::wire
