// SPDX-License-Identifier: Apache-2.0
#include "case/features.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "case/case_set.hpp"
#include "case/runtime_file.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

using testing::HasSubstr;

std::string declared(const std::string& feature) {
  const auto problem = declared_problem(feature);
  return problem ? problem->what + "; " + problem->mend : "";
}

TEST(Features, AreDeclaredAsTheTableSays) {
  for (const Feature& one : features()) {
    if (one.example.empty()) continue;
    EXPECT_EQ(declared(std::string(one.example)), "");
  }
  EXPECT_EQ(declared("subprotocol"), "");
  EXPECT_EQ(declared("limit:message=64 KiB"), "");
  EXPECT_EQ(declared("x-mine=anything"), "");
}

TEST(Features, MistakesAreNamedWithWhatToWrite) {
  EXPECT_EQ(declared("defalte"), "unknown feature 'defalte'; did you mean 'deflate'?");
  EXPECT_EQ(declared("limit:mesage=5"),
            "unknown feature 'limit:mesage'; did you mean 'limit:message'?");
  EXPECT_THAT(declared("quic-and-http3"), HasSubstr("'osprey-conform list --features'"));
  EXPECT_THAT(declared("limit:message"), HasSubstr("has no value; write limit:message=65536"));
  EXPECT_THAT(declared("limit:message=much"), HasSubstr("cannot be 'much'"));
  EXPECT_THAT(declared("limit:message=0"), HasSubstr("cannot be '0'"));
  EXPECT_THAT(declared("deflate=yes"), HasSubstr("takes no value; write deflate"));
  EXPECT_THAT(declared("origin-policy="), HasSubstr("has no value"));
  EXPECT_THAT(declared("tls"), HasSubstr("is found out, not declared"));
}

TEST(Features, OfAFileAreNamedByTheirLine) {
  Problems problems;
  read_runtime("name: mine\nclient: [./c]\nspeaks:\n  - websocket\n  - defalte\n", "mine.yml",
               problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].text(), "mine.yml:5: unknown feature 'defalte'; did you mean 'deflate'?");
}

// A word that no case asks for would be a promise of nothing; one that is not in the table could
// not be declared.
TEST(Features, TheCasesAskForEachAndForNoOther) {
  Problems problems;
  const CaseSet set = load_cases(embedded_sources(), "", problems, vocabulary());
  ASSERT_TRUE(problems.empty()) << problems[0].text();
  // What chooses the cases by their setup, skips by the size of a frame, holds errors to a table.
  std::set<std::string> asked = {"websocket", "http1", "limit:frame", "osprey-codes"};
  for (const Case& one : set.cases) asked.insert(one.needs.begin(), one.needs.end());
  std::set<std::string> listed;
  for (const Feature& one : features()) listed.insert(std::string(one.word));
  EXPECT_EQ(asked, listed);
}

}  // namespace
}  // namespace conform
