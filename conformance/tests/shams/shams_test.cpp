// SPDX-License-Identifier: Apache-2.0
// The shams are what the cases are measured with, so their own ground is checked here: tables, key,
// text, compression.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "accept_key.hpp"
#include "close_code.hpp"
#include "deflate.hpp"
#include "extension.hpp"
#include "fault.hpp"
#include "frame.hpp"
#include "negotiation.hpp"
#include "utf8.hpp"

namespace sham {
namespace {

// Sets a fault for one test.
class WithFault {
 public:
  explicit WithFault(Fault which) { active_deviation = {which, Oddity::none}; }
  ~WithFault() { active_deviation = {}; }
  WithFault(const WithFault&) = delete;
  WithFault& operator=(const WithFault&) = delete;
};

std::size_t rows_for(std::span<const Row> rows, Role role) {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const Row& row) { return row_is_for(row, role); }));
}

TEST(Tables, HaveEnoughOfEverything) {
  EXPECT_GE(rows_for(fault_rows(), Role::server), 80U);
  EXPECT_GE(rows_for(fault_rows(), Role::client), 50U);
  EXPECT_GE(rows_for(oddity_rows(), Role::server), 10U);
  EXPECT_GE(rows_for(oddity_rows(), Role::client), 10U);
}

TEST(Tables, NameEachRowOnceAndSayWhatItDoes) {
  std::set<std::string> names;
  for (const std::span<const Row> rows : {fault_rows(), oddity_rows()}) {
    for (const Row& row : rows) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
      EXPECT_FALSE(row.text.empty()) << row.name;
      EXPECT_FALSE(row.section.empty()) << row.name;
    }
  }
}

TEST(Tables, FindWhatTheyListAndOnlyForItsRole) {
  EXPECT_EQ(find_fault("rsv1-ignored", Role::server), Fault::rsv1_ignored);
  EXPECT_EQ(find_fault("rsv1-ignored", Role::client), Fault::rsv1_ignored);
  EXPECT_EQ(find_fault("echo-constant", Role::client), Fault::echo_constant);
  EXPECT_EQ(find_fault("masked-accepted", Role::server), std::nullopt);
  EXPECT_EQ(find_oddity("stored-blocks", Role::server), Oddity::stored_blocks);
  EXPECT_EQ(find_oddity("absolute-target", Role::server), std::nullopt);
}

TEST(Key, GivesTheAcceptValueOfTheStandard) {
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(base64_decoded("dGhlIHNhbXBsZSBub25jZQ=="), "the sample nonce");
  EXPECT_EQ(base64_decoded("dGhl?A=="), std::nullopt);
  EXPECT_NE(new_key(), new_key());
}

TEST(Utf8, TakesWhatIsValidInAnySplit) {
  const std::string text = "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf";
  Utf8Checker checker;
  for (const char c : text) {
    EXPECT_TRUE(checker.feed({&c, 1}));
  }
  EXPECT_TRUE(checker.complete());
}

TEST(Utf8, FailsAtTheFirstWrongOctet) {
  for (const std::string bad : {"\x80", "\xc0\xaf", "\xe0\x80", "\xed\xa0", "\xf0\x80", "\xf4\x90",
                                "\xf5", "\xf8\x88", "\xff", "\xc3("}) {
    Utf8Checker checker;
    EXPECT_FALSE(checker.feed(bad)) << testing::PrintToString(bad);
  }
  EXPECT_FALSE(is_utf8("a\xe2\x82"));
}

TEST(Utf8, HasItsFaults) {
  const WithFault with(Fault::surrogates_accepted);
  EXPECT_TRUE(is_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));
}

TEST(CloseCode, FollowsTheRegistry) {
  for (const int good : {1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999}) {
    EXPECT_TRUE(is_sendable_code(static_cast<std::uint16_t>(good))) << good;
  }
  for (const int bad : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    EXPECT_FALSE(is_sendable_code(static_cast<std::uint16_t>(bad))) << bad;
  }
}

TEST(Frame, UsesTheShortestForm) {
  for (const auto& [length, size] : std::vector<std::pair<std::uint64_t, std::size_t>>{
           {0, 2}, {125, 2}, {126, 4}, {65535, 4}, {65536, 10}}) {
    FrameHeader header;
    header.length = length;
    std::string out;
    append_header(out, header);
    EXPECT_EQ(out.size(), size) << length;
    EXPECT_EQ(read_header(out)->header.length, length);
  }
}

TEST(Extensions, AreReadByTheGrammar) {
  EXPECT_EQ(parse_extensions("a; b=\"c\", , d")->size(), 2U);
  for (const std::string bad : {"", ",", "a;", "a; b=", "a b", "a; b=\"c d\"", "a; b=\"c"}) {
    EXPECT_FALSE(parse_extensions(bad)) << bad;
  }
}

TEST(Offer, IsDeclinedWhenInvalidAndAFallbackTaken) {
  const auto answer = [](const std::string& offer) {
    const std::optional<DeflateAnswer> chosen = choose_offer(*parse_extensions(offer));
    return chosen ? chosen->text : "declined";
  };
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=16"), "declined");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=09"), "declined");
  EXPECT_EQ(answer("permessage-deflate; x, permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10; client_max_window_bits"),
            "permessage-deflate; server_max_window_bits=10");
}

// What a message becomes on its way through both directions.
InflateResult through(Deflater& deflater, Inflater& inflater, const std::string& text,
                      std::string& out) {
  const InflateResult fed = inflater.feed(deflater.message(text), out, text.size());
  return fed == InflateResult::good ? inflater.finish(out, text.size()) : fed;
}

TEST(Deflate, GivesBackWhatItGotWithAnyWindow) {
  for (const int bits : {8, 9, 12, 15}) {
    Deflater deflater(bits, false);
    Inflater inflater(bits, false);
    for (const std::string& text : {std::string("hello"), std::string(), std::string(70000, 'x'),
                                    random_octets(5000), std::string("hello")}) {
      std::string out;
      EXPECT_EQ(through(deflater, inflater, text, out), InflateResult::good);
      EXPECT_EQ(out, text);
    }
  }
}

TEST(Deflate, KnowsWhatIsBrokenAndWhatIsTooBig) {
  Deflater deflater(15, true);
  const std::string compressed = deflater.message(std::string(100000, 'x'));
  std::string out;
  EXPECT_EQ(Inflater(15, true).feed(compressed, out, 1000), InflateResult::too_big);
  Inflater cut(15, true);
  out.clear();
  EXPECT_EQ(cut.feed(compressed.substr(0, 20), out, 1000000), InflateResult::good);
  EXPECT_EQ(cut.finish(out, 1000000), InflateResult::broken);
  Inflater garbage(15, true);
  EXPECT_EQ(garbage.feed("\x07\xff", out, 1000000), InflateResult::broken);
}

// RFC 7692 §7.2.3.4: blocks may follow one with BFINAL, in the same message and in the next.
TEST(Deflate, GoesOnBehindAFinalBlock) {
  const std::string final_hello("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);
  Inflater inflater(15, false);
  for (int round = 0; round < 3; ++round) {
    std::string out;
    EXPECT_EQ(inflater.feed(final_hello, out, 100), InflateResult::good);
    EXPECT_EQ(inflater.finish(out, 100), InflateResult::good);
    EXPECT_EQ(out, "Hello");
  }
}

}  // namespace
}  // namespace sham
