// SPDX-License-Identifier: Apache-2.0
#include "cli/shard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "cli/autobahn_spec.hpp"

namespace conform::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Environment environment(const std::map<std::string, std::string>& values) {
  return [values](const char* name) -> const char* {
    const auto at = values.find(name);
    return at == values.end() ? nullptr : at->second.c_str();
  };
}

TEST(Shard, EveryCaseIsInExactlyOne) {
  for (std::size_t place = 0; place < 100; ++place) {
    int owners = 0;
    for (std::size_t index = 1; index <= 7; ++index) owners += Shard{index, 7}.has(place) ? 1 : 0;
    EXPECT_EQ(owners, 1);
  }
  EXPECT_TRUE(Shard().whole());
}

TEST(Shard, IsReadAndWrongOnesAreRefused) {
  Shard shard;
  EXPECT_EQ(read_shard("2/4", environment({}), shard), "");
  EXPECT_EQ(shard.text(), "2/4");
  for (const char* text :
       {"0/4", "5/4", "4", "a/b", "1/0", "-1/4", "1/4x", "1/99999999999999999999"}) {
    EXPECT_NE(read_shard(text, environment({}), shard), "") << text;
  }
}

TEST(Shard, AutoCountsFromWhereTheSystemCounts) {
  Shard shard;
  EXPECT_EQ(
      read_shard("auto", environment({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "2"}}), shard), "");
  EXPECT_EQ(shard.text(), "1/2");
  EXPECT_EQ(
      read_shard("auto", environment({{"JOB_COMPLETION_INDEX", "1"}, {"OSPREY_SHARD_TOTAL", "2"}}),
                 shard),
      "");
  EXPECT_EQ(shard.text(), "2/2");
  EXPECT_THAT(read_shard("auto", environment({{"JOB_COMPLETION_INDEX", "1"}}), shard),
              HasSubstr("OSPREY_SHARD_TOTAL"));
  EXPECT_THAT(
      read_shard("auto", environment({{"CI_NODE_INDEX", "3"}, {"CI_NODE_TOTAL", "2"}}), shard),
      HasSubstr("no such part"));
  EXPECT_THAT(
      read_shard("auto", environment({{"CI_NODE_INDEX", "x"}, {"CI_NODE_TOTAL", "2"}}), shard),
      HasSubstr("no numbers"));
}

TEST(AutobahnPattern, MatchesAsABeginning) {
  EXPECT_TRUE(autobahn_matches("1*", "10.1.1"));
  EXPECT_TRUE(autobahn_matches("1.*", "1.1.8"));
  EXPECT_FALSE(autobahn_matches("1.*", "10.1.1"));
  EXPECT_TRUE(autobahn_matches("*", "7.1.1"));
  EXPECT_TRUE(autobahn_matches("7.*.1", "7.13.11"));
  EXPECT_FALSE(autobahn_matches("7.1", "7.1.1"));
  EXPECT_TRUE(autobahn_matches("7.1.1", "7.1.1"));
}

TEST(AutobahnSpecFile, SparesAnAgentItsCases) {
  CaseSet set;
  for (const char* number : {"1.1.1", "1.1.2", "2.1"}) {
    set.cases.emplace_back();
    set.cases.back().autobahn = {number};
  }
  AutobahnSpec spec;
  spec.cases = {"*"};
  spec.excluded = {"2.*"};
  spec.excluded_for = {{"mi*", {"1.1.2"}}};
  EXPECT_THAT(numbers_of(spec, set), ElementsAre("1.1.1", "1.1.2"));
  EXPECT_THAT(numbers_of(spec, set, "mine"), ElementsAre("1.1.1"));
  EXPECT_THAT(numbers_of(spec, set, "other"), ElementsAre("1.1.1", "1.1.2"));
  EXPECT_EQ(unknown_number(spec, set), "");
  spec.cases = {"9.*"};
  EXPECT_EQ(unknown_number(spec, set), "9.*");
}

}  // namespace
}  // namespace conform::cli
