// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wire/digest.hpp"
#include "wire/message_reader.hpp"
#include "wire/utf8.hpp"

namespace conform::wire {
namespace {

Octets frame(const FrameSpec& spec, OctetView payload) {
  Octets out;
  append_frame(spec, payload, out);
  return out;
}

TEST(FrameBuilder, BuildsTheExamplesOfTheText) {
  EXPECT_EQ(to_hex(frame({}, "Hello")), "81 05 48 65 6c 6c 6f");
  FrameSpec masked;
  masked.key = MaskKey{0x37, 0xfa, 0x21, 0x3d};
  EXPECT_EQ(to_hex(frame(masked, "Hello")), "81 85 37 fa 21 3d 7f 9f 4d 51 58");
}

TEST(FrameBuilder, TakesTheShortestFormUnlessTold) {
  EXPECT_EQ(frame({}, Octets(125, 'a')).size(), 127U);
  EXPECT_EQ(frame({}, Octets(126, 'a')).size(), 130U);
  EXPECT_EQ(frame({}, Octets(65536, 'a')).size(), 65546U);
  FrameSpec wide;
  wide.form = LengthForm::bits64;
  EXPECT_EQ(to_hex(frame(wide, "a")), "81 7f 00 00 00 00 00 00 00 01 61");
}

TEST(FrameBuilder, AnnouncesWhateverItIsTold) {
  FrameSpec lie;
  lie.announced = ~std::uint64_t{0};
  EXPECT_EQ(to_hex(frame(lie, "")), "81 7f ff ff ff ff ff ff ff ff");
}

TEST(FrameReader, ReadsInAnySplit) {
  FrameSpec masked;
  masked.key = MaskKey{1, 2, 3, 4};
  const Octets octets = frame(masked, Octets(300, 'x')) + frame({}, "y");
  for (std::size_t cut = 0; cut <= octets.size(); ++cut) {
    FrameReader reader;
    FrameSeen seen;
    int frames = 0;
    for (const auto part : {OctetView(octets).substr(0, cut), OctetView(octets).substr(cut)}) {
      reader.feed(part);
      while (reader.next(seen)) ++frames;
    }
    ASSERT_EQ(frames, 2) << "cut at " << cut;
    EXPECT_EQ(seen.payload, "y");
  }
}

TEST(FrameReader, TellsLongFormsAndGivesUpOnAbsurdLengths) {
  FrameReader reader;
  FrameSeen seen;
  FrameSpec wide;
  wide.form = LengthForm::bits16;
  reader.feed(frame(wide, "abc"));
  ASSERT_TRUE(reader.next(seen));
  EXPECT_FALSE(seen.shortest);
  reader.feed(OctetView("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10));
  EXPECT_FALSE(reader.next(seen));
  EXPECT_NE(reader.unreadable(), "");
}

std::vector<Event> events_of(OctetView octets) {
  MessageReader reader;
  reader.feed(octets);
  std::vector<Event> out;
  Event event;
  while (reader.next(event)) out.push_back(event);
  return out;
}

TEST(MessageReader, PutsFragmentsTogetherAroundAPing) {
  FrameSpec first;
  first.fin = false;
  FrameSpec last;
  last.opcode = kContinuation;
  FrameSpec ping;
  ping.opcode = kPing;
  const auto events = events_of(frame(first, "he") + frame(ping, "!") + frame(last, "llo"));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, EventKind::ping);
  EXPECT_EQ(events[1].payload, "hello");
  EXPECT_EQ(events[1].frames, 2U);
}

TEST(MessageReader, NamesWhatCannotBeRead) {
  FrameSpec orphan;
  orphan.opcode = kContinuation;
  FrameSpec reserved;
  reserved.opcode = 11;
  FrameSpec close;
  close.opcode = kClose;
  const Octets code_1005("\x03\xed", 2);
  for (const Octets& octets :
       {frame(orphan, "x"), frame(reserved, ""), frame(close, "1"), frame(close, code_1005),
        frame({}, "\xff"), frame(close, "") + frame({}, "late")}) {
    const auto events = events_of(octets);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().kind, EventKind::violation) << to_hex(octets);
    EXPECT_NE(events.back().what, "");
  }
}

TEST(MessageReader, CountsWhatIsOnlyWrong) {
  MessageReader reader;
  FrameSpec odd;
  odd.key = MaskKey{1, 2, 3, 4};
  odd.rsv = 4;
  odd.form = LengthForm::bits64;
  reader.feed(frame(odd, "x"));
  Event event;
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.kind, EventKind::message);
  EXPECT_EQ(reader.facts().masked, 1U);
  EXPECT_EQ(reader.facts().overlong, 1U);
  EXPECT_EQ(reader.facts().rsv_set, 1U);
}

TEST(CloseCodes, FollowTheRegistry) {
  for (const unsigned good : {1000U, 1003U, 1007U, 1011U, 1014U, 3000U, 4999U})
    EXPECT_TRUE(legal_close_code(good)) << good;
  for (const unsigned bad : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U})
    EXPECT_FALSE(legal_close_code(bad)) << bad;
}

TEST(Utf8, RefusesWhatRfc3629Refuses) {
  for (const char* good :
       {"", "plain ascii, long enough for words", "κόσμε", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(valid_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                          "12345678\xff", "\xf5"}) {
    EXPECT_FALSE(valid_utf8(bad)) << to_hex(bad);
  }
}

TEST(Digest, GivesTheAcceptValueOfTheText) {
  EXPECT_EQ(accept_for("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  Octets key;
  EXPECT_TRUE(from_base64("dGhlIHNhbXBsZSBub25jZQ==", key));
  EXPECT_EQ(key, "the sample nonce");
  EXPECT_FALSE(from_base64("dGhlIHNhbXBsZSBub25jZR==", key)) << "unused bits are set";
  EXPECT_FALSE(from_base64("dGhlIHNhbXBsZSBub25jZQ", key)) << "no padding";
}

}  // namespace
}  // namespace conform::wire
