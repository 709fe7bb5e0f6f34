// SPDX-License-Identifier: Apache-2.0
#include "report/visible.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/wire_lines.hpp"

namespace conform {
namespace {

using testing::ElementsAre;

TEST(Visible, KeepsTextAndEscapesControls) {
  EXPECT_EQ(visible("plain: ünïcode → 漢字 🙂"), "plain: ünïcode → 漢字 🙂");
  EXPECT_EQ(visible("\x1b[31mred\x07"), "\\x1b[31mred\\x07");
  EXPECT_EQ(visible("a\r\n\tb\x7f"), "a\\r\\n\\tb\\u{7f}");
  EXPECT_EQ(visible("a\r\n\tb", Lines::keep), "a\\r\n\tb");
  EXPECT_EQ(visible_line("two\nlines\n"), "two lines");
}

TEST(Visible, EscapesWhatHidesOrTurnsText) {
  EXPECT_EQ(visible("\xc2\x9b"
                    "31m"),
            "\\u{9b}31m");  // CSI of the second set
  EXPECT_EQ(visible("\xe2\x80\xae"
                    "abc"),
            "\\u{202e}abc");                        // right to left
  EXPECT_EQ(visible("\xef\xbf\xbf"), "\\u{ffff}");  // no character, and no XML
}

TEST(Visible, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(visible("a\xff"
                    "b"),
            "a\\xffb");
  EXPECT_EQ(visible("\xc3"), "\\xc3");                    // cut short
  EXPECT_EQ(visible("\xc0\xaf"), "\\xc0\\xaf");           // longer than needed
  EXPECT_EQ(visible("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half a surrogate pair
  EXPECT_EQ(visible("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}

TEST(WireText, IsHttpAndPrintableAscii) {
  EXPECT_TRUE(is_wire_text("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(is_wire_text(std::string("HTTP/1.1 200 OK\r\n\r\n\x00\xff", 21)));
  EXPECT_TRUE(is_wire_text("hello"));
  EXPECT_FALSE(is_wire_text(""));
  EXPECT_FALSE(is_wire_text("\x81\x05hello"));
  EXPECT_FALSE(is_wire_text("\x01\x05hello"));
}

TEST(WireText, CanBeReadBack) {
  EXPECT_EQ(escaped_bytes(std::string("a\\b\r\n\t\x00\xff", 8)), "a\\\\b\\r\\n\\t\\x00\\xff");
  EXPECT_EQ(bytes_of_hex("8105ff"), "\x81\x05\xff");
  EXPECT_EQ(spaced_hex("\x81\x05"), "81 05");
}

OctetsAt piece(bool sent, const std::string& bytes, std::uint64_t more = 0) {
  return {sent, 0, bytes, bytes.size() + more};
}

TEST(WireLines, InBriefFramesShareALineAndHttpIsText) {
  EXPECT_THAT(wire_lines({piece(true, "\x81\x02hi"), piece(false, "\x81\x02hi")}, Detail::brief),
              ElementsAre("> 81 02 68 69   < 81 02 68 69"));
  EXPECT_THAT(wire_lines({piece(true, "GET / HTTP/1.1\r\n\r\n"),
                          piece(false, "HTTP/1.1 400 Bad Request\r\n\r\n", 7)},
                         Detail::brief),
              ElementsAre("> GET / HTTP/1.1\\r\\n\\r\\n",
                          "< HTTP/1.1 400 Bad Request\\r\\n\\r\\n (+7 bytes)"));
}

TEST(WireLines, InFullNothingIsCut) {
  const std::string frame = "\x82\x7e" + std::string(300, '\xaa');
  std::string all;
  for (const std::string& line : wire_lines({piece(false, frame)}, Detail::full)) all += line;
  EXPECT_EQ(std::count(all.begin(), all.end(), 'a'), 600);
  EXPECT_THAT(wire_lines({piece(false, "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", 5)}, Detail::full),
              ElementsAre("< HTTP/1.1 200 OK\\r\\n", "  A: b\\r\\n", "  \\r\\n",
                          "  48 54 54 50 2f 31 2e 31 20 32 30 30 20 4f 4b 0d 0a 41 3a 20 62 0d 0a "
                          "0d 0a (+5 bytes) that were not kept"));
  EXPECT_THAT(wire_lines({piece(true, "", 9)}, Detail::full),
              ElementsAre(">  (+9 bytes) that were not kept"));
}

TEST(WireLines, InBriefManyLinesAreCounted) {
  const std::vector<OctetsAt> many(20, piece(true, "GET / HTTP/1.1\r\n\r\n"));
  const auto lines = wire_lines(many, Detail::brief);
  EXPECT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines.back(), "… 15 more lines: -v shows them");
}

}  // namespace
}  // namespace conform
