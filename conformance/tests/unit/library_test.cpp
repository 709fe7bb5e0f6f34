// SPDX-License-Identifier: Apache-2.0
// Library cases: what their steps say, and what answers are held against.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "case/case_file.hpp"
#include "run/library/answer.hpp"
#include "run/library/library_hello.hpp"
#include "run/library/library_ports.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

using testing::HasSubstr;

struct Read {
  std::vector<Case> cases;
  Problems problems;
};

Read read(const std::string& steps, const std::string& keys = "") {
  Read out;
  out.cases = read_case_file(
      "spec: Osprey §14.3\ntitle: x\nrole: library\nsetup: driver\n"
      "editions: [osprey-int, osprey-result]\ncases:\n  one:\n    level: MUST\n    rule: r.\n" +
          keys + "    steps:\n" + steps,
      "osprey/14.3.yml", "14.3.yml", out.problems, vocabulary());
  return out;
}

std::string problem_of(const std::string& steps) {
  const Read out = read(steps);
  return out.problems.empty() ? "" : out.problems[0].text();
}

TEST(LibraryCase, IsACaseForEachEdition) {
  const Read out = read("      - {call: {httpCloseClient: {clientID: 1}}}\n");
  ASSERT_TRUE(out.problems.empty()) << out.problems[0].text();
  ASSERT_EQ(out.cases.size(), 2U);
  EXPECT_EQ(out.cases[0].id, "osprey/14.3/one/int");
  EXPECT_EQ(out.cases[1].id, "osprey/14.3/one/result");
  EXPECT_EQ(out.cases[1].edition, "osprey-result");
  EXPECT_EQ(out.cases[1].needs, std::vector<std::string>{"osprey-result"});
  EXPECT_EQ(out.cases[0].steps[0].library.call.function, "httpCloseClient");
}

TEST(LibraryCase, ReadsItsSteps) {
  const Read out = read(
      "      - {call: {httpGet: {clientID: 1}}, begin: get}\n"
      "      - {on: peer, expect: {request: {method: GET, body: x}}}\n"
      "      - {answer: get, expect: {tag: Error, code: -4, message: {includes: a}}, keep: {m: "
      "message}}\n"
      "      - {event: {request: {path: /}}}\n"
      "      - {port: {\"{port}\": free}}\n"
      "      - {starve: descriptors}\n"
      "      - {measure: {descriptors: 0}}\n"
      "      - {deny: listen}\n"
      "      - {binds: {least: 3, most: 60, growing: true}}\n"
      "      - {port: {\"{tls}\": unasked}}\n"
      "      - {port: {\"{port}\": knocked}}\n"
      "      - {offers: httpGet}\n",
      "    rounds: 5\n    certificate: self-signed\n");
  ASSERT_TRUE(out.problems.empty()) << out.problems[0].text();
  const Case& one = out.cases[0];
  EXPECT_EQ(one.rounds, 5);
  EXPECT_TRUE(one.alone);
  EXPECT_EQ(one.steps[0].library.call.begin, "get");
  EXPECT_EQ(one.steps[1].library.on, "peer");
  EXPECT_EQ(one.steps[2].library.expect->code, -4);
  EXPECT_EQ(one.steps[4].library.ports.front().second, PortState::free);
  EXPECT_EQ(one.steps[7].library.deny, Denied::listen);
  EXPECT_EQ(one.steps[8].library.binds.least, 3);
  EXPECT_EQ(one.steps[8].library.binds.most, 60);
  EXPECT_TRUE(one.steps[8].library.binds.growing);
  EXPECT_EQ(one.steps[9].library.ports.front().second, PortState::unasked);
  EXPECT_EQ(one.steps[10].library.ports.front().second, PortState::knocked);
  EXPECT_EQ(one.steps[11].library.kind, LibraryStep::Kind::offers);
  EXPECT_EQ(one.steps[11].library.name, "httpGet");
  EXPECT_TRUE(one.shows_certificate);
}

TEST(DriverHello, SaysWhatALibraryLacks) {
  DriverHello hello;
  ASSERT_EQ(read_hello(nlohmann::json::parse(R"({"editions": ["osprey-int"],
      "functions": {"osprey-int": ["httpGet", "websocketConnect"]}, "all": {"osprey-int": 3},
      "missing": {"osprey-int": {"httpListen": "http_listen"}}, "near": {"http_listen": "httpListen"},
      "lacks": ["message handlers"], "arguments": ["--abi", "handler=body"]})"),
                       hello),
            "");
  EXPECT_TRUE(hello.offers("osprey-int", "httpGet"));
  EXPECT_FALSE(hello.offers("osprey-result", "httpGet"));
  EXPECT_EQ(hello.named("osprey-int", "httpListen"),
            "httpListen (http_listen); it has httpListen, which is nearly it");
  const auto lack = [&](const std::string& steps) {
    Case one = read(steps).cases.front();
    one.edition = "osprey-int";
    return hello.lack_of(one);
  };
  EXPECT_EQ(lack("      - {call: {httpGet: {}}}\n"), "");
  EXPECT_EQ(lack("      - {call: {httpListen: {}}}\n"), "no httpListen");
  EXPECT_EQ(lack("      - {call: {websocketConnect: {messageHandler: collect}}}\n"), "");
  EXPECT_EQ(lack("      - {call: {websocketConnect: {messageHandler: echo}}}\n"),
            "no message handlers");
  EXPECT_EQ(lack("      - {event: {message: x}}\n"), "no message handlers");
  const LibraryHead head = head_of(hello);
  ASSERT_EQ(head.functions.size(), 1U);
  EXPECT_EQ(head.functions[0].all, 3U);
  EXPECT_EQ(head.functions[0].missing, std::vector<std::string>{"http_listen"});
}

TEST(DriverHello, OfADriverThatOnlyListsNamesIsHeldAgainstTheText) {
  DriverHello hello;
  ASSERT_EQ(read_hello(nlohmann::json::parse(
                           R"({"editions": ["osprey-result"], "functions": ["httpGet"]})"),
                       hello),
            "");
  EXPECT_TRUE(hello.offers("osprey-result", "httpGet"));
  EXPECT_EQ(head_of(hello).functions.at(0).missing.size(), 16U);
  EXPECT_NE(read_hello(nlohmann::json::parse("{}"), hello), "");
}

TEST(LibraryCase, SaysWhatIsWrong) {
  EXPECT_THAT(problem_of("      - {call: {httpGot: {clientID: 1}}}\n"),
              HasSubstr("did you mean 'httpGet'?"));
  EXPECT_THAT(problem_of("      - {call: {httpGet: {}, httpPut: {}}}\n"),
              HasSubstr("exactly one function"));
  EXPECT_THAT(problem_of("      - {call: {httpGet: {}}, expect: {tog: Error}}\n"),
              HasSubstr("did you mean 'tag'?"));
  EXPECT_THAT(problem_of("      - {call: {httpGet: {}}, begin: a, expect: Error}\n"),
              HasSubstr("answer: a"));
  EXPECT_THAT(problem_of("      - {port: {\"1\": shut}}\n"), HasSubstr("refused, accepts"));
  EXPECT_THAT(problem_of("      - {deny: accept}\n"), HasSubstr("bind, listen"));
  EXPECT_THAT(problem_of("      - {binds: {last: 3}}\n"), HasSubstr("did you mean 'least'?"));
  Problems problems;
  read_case_file(
      "spec: s\ntitle: t\nrole: server\nsetup: tcp\ncases:\n  a:\n    level: MUST\n    rule: r.\n"
      "    steps:\n      - {call: {httpGet: {}}}\n",
      "a.yml", "a.yml", problems, vocabulary());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].text(), HasSubstr("role: library"));
}

class Answers : public testing::Test {
 protected:
  AnswerExpect expect(const std::string& text) {
    const Read out = read("      - {call: {httpGet: {}}, expect: " + text + "}\n");
    EXPECT_TRUE(out.problems.empty()) << out.problems[0].text();
    return *out.cases[0].steps[0].library.expect;
  }
  std::string against(const std::string& text, const std::vector<std::string>& answers,
                      bool numbers) {
    std::vector<CallAnswer> all;
    for (const std::string& line : answers) {
      EXPECT_EQ(read_answers(nlohmann::json::parse(line), all), "");
    }
    const AnswerFacts facts{payloads_, [](const std::string& t) { return t; }, numbers, true};
    return mismatch(expect(text), all, facts);
  }
  PayloadMaker payloads_{1, "case", false, 0};
};

TEST_F(Answers, OfTheEditionWithNumbers) {
  const std::string id = R"({"tag": "Success", "value": 3, "raw": 3})";
  const std::string error = R"({"tag": "Error", "raw": -4})";
  EXPECT_EQ(against("{tag: Success, value: id}", {id}, true), "");
  EXPECT_NE(against("{tag: Success, value: 4}", {id}, true), "");
  EXPECT_NE(against("{value: id, unlike: \"3\"}", {id}, true), "");
  EXPECT_NE(against("{value: id}", {R"({"tag": "Success", "value": 0, "raw": 0})"}, true), "");
  EXPECT_NE(against("Success", {error}, true), "");
  EXPECT_EQ(against("{tag: Error, code: -4}", {error}, true), "");
  EXPECT_NE(against("{tag: Error, code: -5}", {error}, true), "");
  EXPECT_NE(against("{tag: Error, table: -5}", {error}, true), "");
  EXPECT_NE(against("Error", {R"({"tag": "Error", "raw": 4})"}, true), "");
  EXPECT_NE(against("{tag: Success, count: 2}", {id}, true), "");
  EXPECT_EQ(against("any", {error}, true), "");
}

TEST_F(Answers, OfTheEditionWithMessages) {
  const std::string error = R"({"tag": "Error", "message": "port 0 is bad"})";
  EXPECT_EQ(against("{tag: Error, code: -4, message: {includes: port 0}}", {error}, false), "");
  EXPECT_NE(against("{tag: Error, message: {excludes: port}}", {error}, false), "");
  EXPECT_NE(against("Error", {R"({"tag": "Error", "message": ""})"}, false), "");
  EXPECT_NE(against("Error", {R"({"errored": "tag 7"})"}, false), "");
}

TEST_F(Answers, OfSeveralThreads) {
  const std::string one = R"({"tag": "Success", "value": 1})";
  const std::string two = R"({"tag": "Success", "value": 2})";
  const std::string error = R"({"tag": "Error", "message": "gone"})";
  EXPECT_EQ(against("{successes: 1}", {one, error, error}, false), "");
  EXPECT_NE(against("{successes: 1}", {one, two, error}, false), "");
  EXPECT_EQ(against("{tag: Success, distinct: true}", {one, two}, false), "");
  EXPECT_NE(against("{tag: Success, distinct: true}", {one, one}, false), "");
}

TEST_F(Answers, ThatAreNone) {
  for (const char* line : {R"({"value": 1})", R"({"answers": []})", R"({"answers": [1]})"}) {
    std::vector<CallAnswer> out;
    EXPECT_NE(read_answers(nlohmann::json::parse(line), out), "") << line;
  }
}

TEST(Octets, GoThroughJson) {
  const wire::Octets binary("\xff\x00 a", 4);
  EXPECT_EQ(octets_of(json_of(binary)), binary);
  EXPECT_EQ(json_of("plain"), "plain");
  EXPECT_FALSE(octets_of(7));
}

TEST(LibraryPorts, StandForTheirNames) {
  Loop loop;
  LibraryPorts ports(loop, [](int, bool) {});
  ports.keep("client", "42");
  EXPECT_EQ(ports.fill("{client} {\"json\": 1} {unknown}"), "42 {\"json\": 1} {unknown}");
  const std::string port = ports.fill("{port}");
  EXPECT_EQ(ports.fill("http://x:{port}/"), "http://x:" + port + "/");
  EXPECT_NE(ports.fill("{port2}"), port);
  EXPECT_NE(ports.fill("{peer}"), "0");
  EXPECT_NE(ports.fill("{tls}"), ports.fill("{peer}"));
}

}  // namespace
}  // namespace conform
