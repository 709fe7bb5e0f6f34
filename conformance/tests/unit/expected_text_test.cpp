// SPDX-License-Identifier: Apache-2.0
#include "case/expected_text.hpp"

#include <gtest/gtest.h>

#include "case/case_set.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

std::vector<Case> cases_of(const std::string& steps, const std::string& head) {
  Problems problems;
  const std::string text = "spec: A\ntitle: B\n" + head +
                           "cases:\n  one:\n    level: MUST\n    rule: R.\n    steps:\n" + steps;
  CaseSet set = load_cases({{"x/y.yml", text}}, "", problems, vocabulary());
  EXPECT_TRUE(problems.empty()) << problems[0].text();
  return set.cases;
}

std::string expected(const std::string& step) {
  return expected_text(cases_of(step, "role: server\nsetup: websocket\n").at(0).steps.at(0));
}

TEST(ExpectedText, NamesWhatIsToleratedToo) {
  EXPECT_EQ(expected("      - expect: {closed: true, code: 1002}\n"), "closed: true, code: 1002");
  EXPECT_EQ(
      expected("      - expect: {closed: true, code: 1002}\n        tolerate: {closed: true}\n"),
      "closed: true, code: 1002; or, allowed but not strict: closed: true");
  EXPECT_EQ(expected("      - expect: alive\n        tolerate: [{closed: true}, nothing]\n"),
            "alive; or, allowed but not strict: closed: true; or: nothing");
}

std::string of_library(const std::string& step) {
  return expected_text(cases_of(step, "role: library\nsetup: driver\n").at(0).steps.at(0));
}

TEST(ExpectedText, EachStepOfALibraryCaseHasOne) {
  EXPECT_EQ(of_library("      - call: {httpGet: {clientID: 1, path: /}}\n"),
            "httpGet answers Success");
  EXPECT_EQ(of_library("      - call: {httpGet: {clientID: 1, path: /}}\n        expect: Error\n   "
                       "     tolerate: Success\n"),
            "httpGet answers Error; or, allowed but not strict: Success");
  EXPECT_EQ(of_library("      - event: none\n"), "no handler is called");
  EXPECT_EQ(of_library("      - port: {\"{port}\": refused}\n"), "port {port} refuses connections");
  EXPECT_EQ(of_library("      - binds: {least: 3, most: 60}\n"),
            "at least 3 attempts to bind, at most 60");
}

// A failure whose expectation is not shown is no evidence.
TEST(ExpectedText, NoStepThatCanFailIsWithout) {
  Problems problems;
  for (const Case& one : load_cases(embedded_sources(), "", problems, vocabulary()).cases) {
    for (const Step& step : one.steps) EXPECT_FALSE(expected_text(step).empty()) << one.id;
  }
}

}  // namespace
}  // namespace conform
