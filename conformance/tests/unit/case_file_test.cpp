// SPDX-License-Identifier: Apache-2.0
#include "case/case_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "case/glob.hpp"
#include "case/reading.hpp"
#include "case/requirements.hpp"
#include "run/match/expectation.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

using testing::HasSubstr;

const std::string kHead =
    "spec: RFC 6455 §5.1\n"
    "title: Masking\n"
    "role: server\n"
    "setup: websocket\n"
    "cases:\n";

struct Read {
  std::vector<Case> cases;
  Problems problems;
};

Read read(const std::string& body) {
  Read out;
  out.cases = read_case_file(kHead + body, "rfc6455/5.1-masking.yml", "cases/5.1-masking.yml",
                             out.problems, vocabulary());
  return out;
}

// The one problem of a file, as a person sees it.
std::string problem_of(const std::string& body) {
  const Read out = read(body);
  EXPECT_EQ(out.problems.size(), 1U);
  return out.problems.empty() ? "" : out.problems[0].text();
}

const std::string kGood =
    "  a-case:\n"
    "    level: MUST\n"
    "    rule: Something holds.\n"
    "    steps:\n"
    "      - send: {text: hello, mask: false}\n"
    "      - expect: {closed: true, code: [1002, none]}\n";

TEST(CaseFile, ReadsACase) {
  const Read out = read(kGood);
  ASSERT_TRUE(out.problems.empty()) << out.problems[0].text();
  ASSERT_EQ(out.cases.size(), 1U);
  const Case& one = out.cases[0];
  EXPECT_EQ(one.id, "rfc6455/5.1-masking/a-case");
  EXPECT_EQ(one.level, Level::must);
  EXPECT_EQ(one.steps[0].send.items[0].options.mask, Masking::off);
  ASSERT_EQ(one.steps[1].expect.clauses.size(), 2U);
  EXPECT_EQ(one.steps[1].expect.clauses[0]->word(), "closed");
  EXPECT_EQ(one.steps[1].expect.clauses[1]->word(), "code");
}

TEST(CaseFile, MakesACaseOfEachRow) {
  const Read out = read(
      "  table:\n"
      "    level: MUST\n"
      "    rule: Bits {row}.\n"
      "    each: {one: {bits: [1], autobahn: \"3.1\"}, two: {bits: [2, 3], level: SHOULD}}\n"
      "    steps:\n"
      "      - send: {text: x, rsv: \"{bits}\"}\n"
      "      - expect: closed\n"
      "  counted:\n"
      "    level: MAY\n"
      "    rule: Number {n}.\n"
      "    each: {range: [3, 5]}\n"
      "    steps: [{send: {ping: \"p{n}\", times: \"{n}\"}}, {expect: {pongs: all}}]\n");
  ASSERT_TRUE(out.problems.empty()) << out.problems[0].text();
  ASSERT_EQ(out.cases.size(), 5U);
  EXPECT_EQ(out.cases[0].id, "rfc6455/5.1-masking/table/one");
  EXPECT_EQ(out.cases[0].rule, "Bits one.");
  EXPECT_EQ(out.cases[0].autobahn, std::vector<std::string>{"3.1"});
  EXPECT_EQ(out.cases[1].level, Level::should);
  EXPECT_EQ(*out.cases[1].steps[0].send.items[0].options.rsv, (std::vector<int>{2, 3}));
  EXPECT_EQ(out.cases[4].id, "rfc6455/5.1-masking/counted/5");
  EXPECT_EQ(out.cases[4].steps[0].send.items[0].payload.octets, "p5");
  EXPECT_EQ(out.cases[4].steps[0].send.items[0].times, 5U);
}

TEST(CaseFile, NamesFileLineAndMend) {
  EXPECT_EQ(problem_of("  a-case:\n    rule: Something holds.\n    steps: [{send: {text: x}}, "
                       "{expect: echo}]\n"),
            "cases/5.1-masking.yml:6: level missing in rfc6455/5.1-masking/a-case; add 'level: "
            "MUST', SHOULD or MAY");
}

struct Mistake {
  std::string from, to, says;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreNamed) {
  std::string body = kGood;
  const auto at = body.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  body.replace(at, GetParam().from.size(), GetParam().to);
  EXPECT_THAT(problem_of(body), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    All, Mistakes,
    testing::Values(
        Mistake{"closed: true", "clsoed: true, closed: true",
                ":11: unknown word 'clsoed' in expect; did you mean 'closed'?"},
        Mistake{"mask: false", "mak: false",
                ":10: unknown word 'mak' in send; did you mean 'mask'?"},
        Mistake{"- send:", "- sent:", "unknown word 'sent' in a step"},
        Mistake{"level: MUST", "level: SHALL",
                ":7: level cannot be 'SHALL'; use one of: MUST, SHOULD, MAY"},
        Mistake{"1002", "often", ":11: code cannot be 'often'"},
        Mistake{"text: hello", "text: {hex: \"abc\"}", "ends in the middle of an octet"},
        Mistake{"text: hello", "text: {size: 1 KB}", "size must be a size"},
        Mistake{"text: hello", "text: hello, ping: x", "more than one kind"},
        Mistake{"text: hello, ", "", "nothing says what is sent"},
        Mistake{"mask: false", "mask: maybe", "mask cannot be 'maybe'"},
        Mistake{"    level: MUST\n", "    level: MUST\n    level: MAY\n",
                "key 'level' stands here twice"},
        Mistake{"    steps:", "    sterps: 1\n    steps:", "unknown word 'sterps' in a case"},
        Mistake{"closed: true, code", "echo: true, code", "code belongs to closed"}));

TEST(CaseFile, SaysWhatIsNotYaml) {
  Problems problems;
  read_case_file("spec: [1, 2\ntitle: x\n", "a.yml", "a.yml", problems, vocabulary());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].text(), HasSubstr("not YAML"));
  EXPECT_GT(problems[0].line, 0);
}

TEST(CaseFile, SurvivesAnything) {
  for (const char* text :
       {"", "1", "[]", "cases: 1", "cases: {a: 1}", "cases: {a: {steps: 1}}",
        "cases: {a: {steps: [1]}}", "cases: {a: {each: {b: 1}, steps: [{send: 1}]}}",
        "cases: {a: {steps: [{expect: [1]}]}}", "? [a]\n: b\n",
        "cases: {a: {each: {range: [1]}}}"}) {
    Problems problems;
    read_case_file(text, "a.yml", "a.yml", problems, vocabulary());
    EXPECT_FALSE(problems.empty()) << text;
  }
}

TEST(CaseSet, TellsDoubledIdsAndOrdersByNumber) {
  Problems problems;
  const CaseSet set =
      load_cases({{"rfc6455/5.10-b.yml", kHead + kGood}, {"rfc6455/5.9-a.yml", kHead + kGood}}, "",
                 problems, vocabulary());
  EXPECT_TRUE(problems.empty());
  ASSERT_EQ(set.cases.size(), 2U);
  EXPECT_EQ(set.cases[0].file, "rfc6455/5.9-a.yml");
}

TEST(Requirements, KnowWhoOwesACase) {
  Requirement row;
  row.role = "both";
  row.testable = "yes: both";
  EXPECT_TRUE(row.owes(Role::server));
  EXPECT_TRUE(row.owes(Role::client));
  row.testable = "yes: client under test (timing)";
  EXPECT_FALSE(row.owes(Role::server));
  row.testable = "no: permission";
  EXPECT_FALSE(row.owes(Role::client));
}

TEST(Requirements, UnknownIdsAndWrongRolesAreProblems) {
  Problems problems;
  std::string body = kGood;
  body.insert(body.find("    steps"), "    covers: [6455-5.1-02, 6455-9.9-99, 6455-5.1-01]\n");
  const CaseSet set = load_cases({{"rfc6455/5.1-masking.yml", kHead + body},
                                  {"requirements/a.tsv",
                                   "id\tsection\tlevel\trole\ttestable\ttext\n"
                                   "6455-5.1-01\t5.1\tMUST\tclient\tyes: client under test\tx\n"
                                   "6455-5.1-02\t5.1\tMUST\tserver\tyes: server under test\ty\n"
                                   "6455-5.1-03\t5.1\tMUST\tboth\tyes: both\tz\n"}},
                                 "", problems, vocabulary());
  const auto rows = read_requirements(set.sources, problems);
  ASSERT_TRUE(problems.empty());
  const Coverage coverage = check_coverage(set, rows, {}, "", problems);
  EXPECT_EQ(coverage.covered, 1U);
  EXPECT_EQ(coverage.missing.size(), 3U);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_THAT(problems[0].text(), HasSubstr("6455-9.9-99, which no table has"));
  EXPECT_THAT(problems[1].text(), HasSubstr("binds the client only"));
}

TEST(Glob, FollowsPartsOfIds) {
  EXPECT_TRUE(glob_matches("rfc6455/5.*/**", "rfc6455/5.1-masking/a/b"));
  EXPECT_TRUE(glob_matches("rfc6455/**", "rfc6455/5.1-masking"));
  EXPECT_TRUE(glob_matches("**/unmasked*", "rfc6455/5.1-masking/unmasked-frame"));
  EXPECT_TRUE(glob_matches("1.*", "1.1.8"));
  EXPECT_FALSE(glob_matches("1.*", "10.1.1"));
  EXPECT_FALSE(glob_matches("rfc6455/*", "rfc6455/5.1-masking/a"));
  EXPECT_FALSE(glob_matches("", "a"));
}

Limits expectation_limits(const std::string& yaml) {
  const Read out =
      read("  a-case:\n    level: MUST\n    rule: Something holds.\n    steps:\n      - expect: " +
           yaml + "\n");
  return limits_of(out.cases[0].steps[0].expect);
}

// A number out of its range is told with its place and the range, and never folded into it.
struct OutOfRange {
  std::string step;
  std::string what;
};

TEST(CaseFile, NumbersOutOfTheirRangeAreRefused) {
  const std::vector<OutOfRange> all = {
      {"send: {close: 66536}", "close must be a number from 0 to 65535, not '66536'"},
      {"send: {close: {code: 65536}}", "code must be a number from 0 to 65535"},
      {"send: {text: a, compress: {window: 17}}", "window must be a number from 8 to 15"},
      {"send: {text: a, compress: {window: 7}}", "window must be a number from 8 to 15"},
      {"send: {text: a, compress: {level: 10}}", "level must be a number from 0 to 9"},
      {"send: {frame: a, opcode: 16}", "opcode must be a number from 0 to 15"},
      {"send: {frame: a, opcode: 4294967297}", "opcode must be a number from 0 to 15"},
      {"send: {text: a, times: 99999999999}", "times must be a number from 0"},
      {"send: {text: a, in-flight: 0}", "in-flight must be a number from 1"},
      {"send: {items: {text: a}, via: {chunk: 0}}", "chunk must be a number from 1"},
      {"send: {items: {text: a}, via: {cut: 0}}", "cut must be byte numbers above 0"},
      {"send: {text: {size: 8 GiB}}", "size must be at most 4294967296 bytes"},
      {"send: {text: {repeat: abcd, times: 2147483648}}", "larger than 4 GiB"},
      {"expect: {echo: true, window: 17}", "window must be a number from 8 to 15"},
      {"expect: {closed: true, cpu: 99999%}", "from 0 to 10000, not '99999'"},
      {"expect: {closed: true, threads: 1000001}", "threads must be a number from 0 to 1000000"},
      {"expect: {closed: true, descriptors: -1}", "descriptors must be a number from 0"},
      {"expect: {closed: true, code: 65536}", "use a number from 0 to 65535"},
      {"expect: {status: 1000}", "use a number from 100 to 999"},
      {"expect: {deflate: {server_max_window_bits: 16}}", "use a number from 8 to 15"},
      {"expect: {responses: 100001}", "responses must be a number from 0 to 100000"},
      {"expect: {headers: {A: {count: 4294967297}}}", "count must be a number from 0 to 100000"},
  };
  for (const auto& [step, what] : all) {
    const std::string text = problem_of(
        "  a-case:\n    level: MUST\n    rule: Something holds.\n    steps:\n"
        "      - send: {text: hello}\n"
        "      - " +
        step + "\n      - expect: echo\n");
    EXPECT_THAT(text, HasSubstr("cases/5.1-masking.yml:11: ")) << step;
    EXPECT_THAT(text, HasSubstr(what)) << step;
  }
}

TEST(CaseFile, NumbersAtTheEndsOfTheirRangeAreTaken) {
  for (const std::string step :
       {"send: {close: 65535}", "send: {close: 0}", "send: {text: a, compress: {window: 8}}",
        "send: {frame: a, opcode: 15}", "expect: {closed: true, code: 65535}",
        "expect: {status: 999}", "expect: {closed: true, cpu: 0%}"}) {
    const Read out = read(
        "  a-case:\n    level: MUST\n    rule: Something holds.\n    steps:\n"
        "      - " +
        step + "\n      - expect: echo\n");
    EXPECT_TRUE(out.problems.empty()) << step;
  }
}

TEST(CaseFile, LimitsInAnyPlaceMakeACaseRunAlone) {
  for (const std::string step :
       {"expect: {closed: true, cpu: 20%}", "{expect: closed, tolerate: {alive: true, threads: 2}}",
        "expect: {any: [{alive: true}, {closed: true, memory: {per: 16}}]}"}) {
    const Read out = read(
        "  a-case:\n    level: MUST\n    rule: Something holds.\n    steps:\n"
        "      - " +
        step + "\n");
    ASSERT_TRUE(out.problems.empty()) << out.problems[0].text();
    EXPECT_TRUE(out.cases[0].alone) << step;
  }
  EXPECT_EQ(expectation_limits("{alive: true, memory: {per: 16 KiB}}").memory_per, 16384U);
}

TEST(CaseFile, NumbersOfACaseAreHeldToTheirRangeToo) {
  const auto with = [](const std::string& key) {
    std::string body = kGood;
    return problem_of(body.insert(body.find("    steps"), "    " + key + "\n"));
  };
  EXPECT_THAT(with("connections: 20001"), HasSubstr("from 1 to 20000"));
  EXPECT_THAT(with("connections: 0"), HasSubstr("from 1 to 20000"));
  EXPECT_THAT(with("rounds: 10001"), HasSubstr("from 1 to 10000"));
  EXPECT_THAT(with("receive-buffer: 2 GiB"), HasSubstr("at most 1073741824 bytes"));
}

TEST(Words, NearestIsNearEnough) {
  EXPECT_EQ(nearest_word("colsed", {"closed", "code"}), "closed");
  EXPECT_EQ(nearest_word("zzz", {"closed", "code"}), "");
}

}  // namespace
}  // namespace conform
