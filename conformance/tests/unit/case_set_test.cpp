// SPDX-License-Identifier: Apache-2.0
#include "case/case_set.hpp"

#include <gtest/gtest.h>

#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

const std::vector<Source> kTwo = {
    {"rfc6455/5.1-masking.yml",
     "spec: RFC 6455 §5.1\ntitle: Masking\nrole: server\nsetup: websocket\ncases:\n"
     "  one:\n    level: MUST\n    rule: A rule.\n    steps:\n      - send: {text: a}\n"
     "      - expect: echo\n"},
    {"rfc6455/5.2-broken.yml", "cases: [\n"},
};

TEST(CaseSet, ReadsEveryFileByDefault) {
  Problems problems;
  (void)load_cases(kTwo, "", problems, vocabulary());
  EXPECT_FALSE(problems.empty());
}

TEST(CaseSet, LeavesOutWhatIsNotWantedButCountsItInTheVersion) {
  Problems problems;
  const CaseSet set = load_cases(kTwo, "", problems, vocabulary(), [](const Source& source) {
    return source.path.find("broken") == std::string::npos;
  });
  EXPECT_TRUE(problems.empty());
  ASSERT_EQ(set.cases.size(), 1U);
  EXPECT_EQ(set.cases.front().id, "rfc6455/5.1-masking/one");
  EXPECT_NE(set.version, load_cases({kTwo.front()}, "", problems, vocabulary()).version);
}

}  // namespace
}  // namespace conform
