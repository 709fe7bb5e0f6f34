// SPDX-License-Identifier: Apache-2.0
#include "run/connection/manner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "case/setup_header.hpp"

namespace conform {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(PatternTest, AnyStandsForAnything) {
  const Pattern pattern = Pattern::parse("Welcome, {any}! It is {any}.");
  EXPECT_TRUE(pattern.matches("Welcome, Ann! It is late."));
  EXPECT_TRUE(pattern.matches("Welcome, ! It is ."));
  EXPECT_FALSE(pattern.matches("Welcome, Ann! It is late"));
  EXPECT_FALSE(pattern.matches("welcome, Ann! It is late."));
  EXPECT_TRUE(Pattern::parse("{any}").matches(""));
  EXPECT_TRUE(Pattern::parse("aba").matches("aba"));
  EXPECT_FALSE(Pattern::parse("ab{any}ba").matches("aba"));  // no byte counts twice
  EXPECT_EQ(pattern.text(), "Welcome, {any}! It is {any}.");
}

TEST(PatternTest, DigitsAndWhatDiffersAreGaps) {
  const Pattern one = Pattern::of_message("12 guests, hello Ann");
  EXPECT_TRUE(one.matches("7 guests, hello Ann"));
  const Pattern both = Pattern::common(one, Pattern::of_message("13 guests, hello Bob"));
  EXPECT_EQ(both.text(), "{any} guests, hello {any}");
  EXPECT_TRUE(both.matches("1 guests, hello Eve"));
}

Envelope envelope(const std::string& text) {
  Envelope out;
  EXPECT_THAT(Envelope::parse(text, out), IsEmpty());
  return out;
}

TEST(EnvelopeTest, GivesBackWhatIsInIt) {
  const Envelope json = envelope(R"({"type":"echo","at":{any},"original":"{payload}"})");
  EXPECT_TRUE(json.json());
  EXPECT_EQ(json.open(R"({"type":"echo","at":99,"original":"a \"b\" \u00e9\/\n"})"),
            "a \"b\" \xc3\xa9/\n");
  EXPECT_EQ(json.open(R"({"type":"echo","at":99,"original":""})"), "");
  EXPECT_EQ(json.open(R"({"type":"error","at":99,"original":"x"})"), std::nullopt);
  EXPECT_EQ(json.open(R"({"type":"echo","at":99,"original":"\ud800"})"), std::nullopt);
  const Envelope text = envelope("you said: {payload}.");
  EXPECT_FALSE(text.json());
  EXPECT_EQ(text.open(R"(you said: a\n".)"), R"(a\n")");
  EXPECT_EQ(text.open("you said:"), std::nullopt);
}

TEST(EnvelopeTest, ATemplateHasOnePlaceForTheMessage) {
  Envelope out;
  EXPECT_THAT(Envelope::parse("echo", out), HasSubstr("{payload}"));
  EXPECT_THAT(Envelope::parse("{payload}{payload}", out), HasSubstr("twice"));
  EXPECT_THAT(Envelope::parse("a{any}{payload}", out), HasSubstr("beside"));
}

TEST(EnvelopeTest, IsLearnedFromTwoAnswers) {
  const auto found = Envelope::learn("one", R"({"id":"ab1","echo":"one","len":3})", "other",
                                     R"({"id":"cd2","echo":"other","len":5})");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->text(), R"({"id":"{any}","echo":"{payload}","len":{any}})");
  EXPECT_EQ(found->open(R"({"id":"ef3","echo":"third","len":5})"), "third");
}

TEST(EnvelopeTest, ADamagedEchoIsNone) {
  EXPECT_EQ(Envelope::learn("one", "one\n", "other", "other\n"), std::nullopt);
  EXPECT_EQ(Envelope::learn("one", "\xef\xbb\xbfone", "other", "\xef\xbb\xbfother"), std::nullopt);
  EXPECT_EQ(Envelope::learn("one", "oneone", "other", "otherother"), std::nullopt);
  EXPECT_EQ(Envelope::learn("one", "eno", "other", "rehto"), std::nullopt);
}

TEST(SetupHeaderTest, IsReadAndChecked) {
  SetupHeader header;
  EXPECT_THAT(read_setup_header("Authorization:  Bearer a:b ", header), IsEmpty());
  EXPECT_EQ(header.name, "Authorization");
  EXPECT_EQ(header.value, "Bearer a:b");
  EXPECT_THAT(read_setup_header("Cookie", header), HasSubstr("Name: value"));
  EXPECT_THAT(read_setup_header("Bad Name: x", header), HasSubstr("not a header name"));
  EXPECT_THAT(read_setup_header("X: a\r\nY: b", header), HasSubstr("line end"));
  EXPECT_THAT(read_setup_header("sec-websocket-key: x", header), HasSubstr("cannot be set"));
}

}  // namespace
}  // namespace conform
