// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "case/case_file.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

using testing::HasSubstr;

std::vector<Case> client_case(const std::string& keys, Problems& problems) {
  return read_case_file(
      "spec: x\ntitle: x\nrole: client\nsetup: http\ncases:\n  a:\n    level: MUST\n    rule: "
      "x.\n" +
          keys,
      "x.yml", "x.yml", problems, vocabulary());
}

std::string client_problem(const std::string& keys) {
  Problems problems;
  client_case(keys, problems);
  return problems.empty() ? "" : problems[0].text();
}

TEST(ReadCase, ExchangesOfOneClient) {
  Problems problems;
  const auto cases = client_case(
      "    steps: [{exchange: /a}, {exchange: {method: POST, target: /b, body: hello}}, "
      "{exchange: again}, {expect: {report: error, connection: new, open: \"0-1\"}}]\n",
      problems);
  ASSERT_TRUE(problems.empty()) << problems[0].text();
  ASSERT_TRUE(cases.at(0).several_exchanges());
  EXPECT_EQ(cases[0].steps[0].exchange.target, "/a");
  EXPECT_EQ(cases[0].steps[1].exchange.method, "POST");
  EXPECT_EQ(cases[0].steps[1].exchange.body, "hello");
  EXPECT_TRUE(cases[0].steps[2].exchange.again);
  const auto& clause = cases[0].steps[3].expect.clauses;
  EXPECT_TRUE(std::any_of(clause.begin(), clause.end(),
                          [](const ClausePtr& c) { return c->exchanges() == Exchanges::several; }));
}

TEST(ReadCase, MistakesInExchangesAreNamed) {
  const std::string end = ", {expect: {report: error}}]\n";
  EXPECT_EQ(client_problem("    steps: [{exchange: second}" + end),
            "x.yml:9: exchange cannot ask for 'second'; write a path (/second), again, or {method: "
            "HEAD, target: /second}");
  EXPECT_THAT(client_problem("    steps: [{exchange: {path: /a}}" + end),
              HasSubstr("unknown word 'path' in exchange"));
  EXPECT_THAT(client_problem("    steps: [{exchange: {method: \"G T\"}}" + end),
              HasSubstr("fit a line of text"));
  EXPECT_THAT(client_problem("    steps: [{exchange: again}" + end),
              HasSubstr("begin with a path"));
  EXPECT_THAT(client_problem("    steps: [{send: {raw: a}}, {exchange: /a}" + end),
              HasSubstr("begin the case with its first exchange"));
  EXPECT_THAT(client_problem("    fetch: {target: /}\n    steps: [{exchange: /a}" + end),
              HasSubstr("fetch beside exchange steps"));
  EXPECT_THAT(client_problem("    setup: tcp\n    steps: [{exchange: /a}" + end),
              HasSubstr("belong to HTTP clients"));
  EXPECT_THAT(client_problem("    steps: [{exchange: /a}, {expect: {later: {method: GET}}}]\n"),
              HasSubstr("later is for a client of one exchange"));
  EXPECT_THAT(client_problem("    steps: [{exchange: /a}, {expect: {memory: 1 MiB}}]\n"),
              HasSubstr("memory is for a client of one exchange"));
  EXPECT_THAT(client_problem("    steps: [{expect: {any: [{open: 1}, {report: error}]}}]\n"),
              HasSubstr("open needs exchange steps; begin the case with an exchange"));
}

TEST(ReadCase, AFetchAndItsContent) {
  Problems problems;
  const auto cases = read_case_file(
      "spec: x\ntitle: x\nrole: client\nsetup: http\ncases:\n  a:\n    level: MUST\n    rule: x.\n"
      "    each: {b: {m: PUT}}\n    fetch: {method: \"{m}\", target: {repeat: /a, times: 2}, body: "
      "c}\n"
      "    steps: [{send: {response: {chunked: \"0\\r\\n\\r\\n\"}}}, {expect: {report: error}}]\n",
      "x.yml", "x.yml", problems, vocabulary());
  ASSERT_TRUE(problems.empty()) << problems[0].text();
  EXPECT_EQ(cases.at(0).fetch.method, "PUT");
  EXPECT_EQ(cases.at(0).fetch.target, "/a/a");
  EXPECT_TRUE(cases.at(0).steps[0].send.items[0].handshake.chunked);
}

}  // namespace
}  // namespace conform
