// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pugixml.hpp>
#include <sstream>

#include "report/exit_code.hpp"
#include "report/jsonl.hpp"
#include "report/views.hpp"

namespace conform {
namespace {

using testing::HasSubstr;
using testing::Not;

// A folder of the test's own.
class ReportTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/osprey-report-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(folder + "/" + name) << text;
    return folder + "/" + name;
  }
  static std::string text_at(const std::string& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  // What a run writes for these results.
  std::string write(const std::vector<Result>& results, const std::string& shard = "",
                    const std::vector<RunEnd::Known>& known = {}) const {
    RunHeader header;
    header.version = "0.1.0";
    header.runtime = "mine";
    header.case_set = "abc";
    header.started = "2026-11-20T12:00:00Z";
    header.profile = "ci";
    header.shard = shard;
    header.whole = 2;
    std::string path = folder + "/results.jsonl";
    ResultsFile file;
    EXPECT_EQ(file.open(path, header), "");
    for (const Result& result : results) file.add(result);
    RunEnd end;
    end.known = known;
    EXPECT_EQ(file.finish(end), "");
    return path;
  }
  Results read(const std::string& path) const {
    Results results;
    EXPECT_EQ(read_results(path, results), "");
    return results;
  }
  std::string folder;
};

Result result_of(const std::string& id, Verdict verdict) {
  Result one;
  one.id = id;
  one.role = "server";
  one.level = "MUST";
  one.spec = "RFC 6455 §5.1";
  one.rule = "A | rule\nwith <marks> & \"quotes\".";
  one.verdict = verdict;
  one.why = verdict == Verdict::pass ? "" : "because";
  one.file = "rfc6455/5.1-masking.yml";
  one.line = 7;
  one.octets.push_back({true, 0.5, std::string("\x81\x00\xff", 3), 3});
  return one;
}

TEST_F(ReportTest, WhatIsWrittenIsRead) {
  Result one = result_of("rfc6455/5.1-masking/a", Verdict::fail);
  one.timed_out = true;
  one.close_code = 1002;
  const Results results = read(write({one}));
  ASSERT_EQ(results.cases.size(), 1U);
  EXPECT_EQ(results.runtime(), "mine");
  EXPECT_EQ(results.total("fail"), 1);
  EXPECT_EQ(results.cases[0].value("close_code", 0), 1002);
  EXPECT_EQ(text_of(results.cases[0]["octets"][0], "hex"), "8100ff");
}

TEST_F(ReportTest, AnUnfinishedFileLeavesTheEarlierOne) {
  const std::string path = write({result_of("a/b/c", Verdict::pass)});
  const std::string before = text_at(path);
  {
    ResultsFile file;
    EXPECT_EQ(file.open(path, RunHeader()), "");
    file.add(result_of("a/b/d", Verdict::fail));
  }
  EXPECT_EQ(text_at(path), before);
  Results part;
  EXPECT_THAT(read_results(path + ".part", part), HasSubstr("incomplete after 1 cases"));
}

TEST_F(ReportTest, DevicesAreWrittenThroughAndKept) {
  EXPECT_EQ(write_file("/dev/null", "text"), "");
  EXPECT_THAT(write_file("/dev/full", "text"), HasSubstr("No space left"));
  struct stat state {};
  ASSERT_EQ(::stat("/dev/full", &state), 0);
  EXPECT_TRUE(S_ISCHR(state.st_mode));
  EXPECT_THAT(write_file(folder + "/none/file", "text"), HasSubstr("No such file"));
}

TEST_F(ReportTest, SpoiltFilesAreRefused) {
  const std::string whole = text_at(write({result_of("a/b/c", Verdict::pass)}));
  Results results;
  EXPECT_THAT(read_results(put("cut", whole.substr(0, whole.size() / 2)), results),
              HasSubstr("cut short"));
  results = Results();
  EXPECT_THAT(read_results(put("twice", whole + whole), results), HasSubstr("merge"));
  results = Results();
  EXPECT_THAT(read_results(put("empty", ""), results), HasSubstr("empty"));
}

TEST_F(ReportTest, JUnitTellsTimeoutsFromFailures) {
  Result late = result_of("rfc6455/5.1-masking/late", Verdict::fail);
  late.timed_out = true;
  late.log = "control \x01 octet";
  const std::string text =
      junit_view(read(write({late, result_of("rfc6455/5.1-masking/bad", Verdict::fail),
                             result_of("rfc6455/5.2-base-framing/known", Verdict::known),
                             result_of("rfc6455/5.2-base-framing/good", Verdict::pass)})));
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(text.c_str()));
  const pugi::xml_node suites = document.child("testsuites");
  EXPECT_EQ(suites.attribute("errors").as_int(), 1);
  EXPECT_EQ(suites.attribute("failures").as_int(), 1);
  EXPECT_EQ(suites.child("testsuite").attribute("tests").as_int(), 2);
  EXPECT_THAT(text, HasSubstr("control \\x01 octet"));
}

TEST_F(ReportTest, MarkdownCellsStayCells) {
  const std::string text = markdown_view(read(write({result_of("a/b/c", Verdict::fail)})));
  EXPECT_THAT(text, HasSubstr("A \\| rule with &lt;marks>"));
}

TEST_F(ReportTest, TheNoteOfACaseIsShownWithItsFailure) {
  Result one = result_of("a/b/c", Verdict::fail);
  one.note = "RFC 6455 §5.5.1 leaves the code open.";
  const Results results = read(write({one}));
  EXPECT_EQ(text_of(results.cases[0], "note"), one.note);
  for (const std::string& text : {markdown_view(results), junit_view(results), sarif_view(results)})
    EXPECT_THAT(text, HasSubstr("leaves the code open"));
}

TEST_F(ReportTest, NoControlCharacterReachesAView) {
  Result one = result_of("a/b/c", Verdict::fail);
  one.why = one.seen = one.log = "\x1b]0;title\x07 \xe2\x80\xae";
  Results results = read(write({one}));
  results.header["runtime"] = "\x1b[31m# red\n<b>";
  for (const std::string& text :
       {markdown_view(results), junit_view(results), annotations_view(results)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(text, HasSubstr("title"));
  }
  EXPECT_THAT(markdown_view(results), HasSubstr("## \\\\x1b\\[31m\\# red &lt;b>: 1 failure\n"));
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(junit_view(results).c_str()));
}

TEST_F(ReportTest, AnnotationsAreEscaped) {
  Result one = result_of("a/b/c", Verdict::fail);
  one.why = "100 % off\r\n::error::mine";
  const std::string text = annotations_view(read(write({one})));
  EXPECT_THAT(text, HasSubstr("title=fail%3A a/b/c::"));
  EXPECT_THAT(text, HasSubstr("actual: 100 %25 off\\r%0A::error::mine\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(ReportTest, ThePageCannotBeLeftByItsData) {
  Result one = result_of("a/b/c", Verdict::fail);
  one.seen = "</script><script>alert(1)</script><!--";
  const std::string page = html_view(read(write({one})), Json::array());
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>"));
}

TEST_F(ReportTest, KnownViewKeepsReasonsAndNamesOneRole) {
  Result old = result_of("a/b/old", Verdict::known);
  old.known_entry = "a/b/o*";
  old.known_until = "2027-01-31";
  Result client = result_of("a/b/both", Verdict::pass);
  client.role = "client";
  Result flaky = result_of("a/b/flaky", Verdict::fail);
  flaky.flaky = true;
  const std::string text =
      known_view(read(write({old, result_of("a/b/both", Verdict::fail), client, flaky})));
  EXPECT_THAT(text, HasSubstr("\"a/b/o*\": {reason: \"because\", until: \"2027-01-31\"}"));
  EXPECT_THAT(text, HasSubstr("\"a/b/both@server\": \"seen 2026-11-20: because\""));
  EXPECT_THAT(text,
              HasSubstr("\"a/b/flaky\": {reason: \"seen 2026-11-20: because\", flaky: true}"));
}

TEST_F(ReportTest, AutobahnTakesTheWorstOfSeveral) {
  Result good = result_of("a/b/good", Verdict::pass);
  Result bad = result_of("a/b/bad", Verdict::fail);
  good.autobahn = {"1.1.1", "1.1.2"};
  bad.autobahn = {"1.1.1"};
  const Results results = read(write({good, bad}));
  const auto files = autobahn_view({{&results, {}}});
  const Json index = Json::parse(files.at("index.json"));
  EXPECT_EQ(index["mine"]["1.1.1"]["behavior"], "FAILED");
  EXPECT_EQ(index["mine"]["1.1.2"]["behavior"], "OK");
  EXPECT_EQ(files.count("mine_case_1_1_1.json"), 1U);
  const Json less = Json::parse(autobahn_view({{&results, {"1.1.2"}}}).at("index.json"));
  EXPECT_EQ(less["mine"].size(), 1U);
}

TEST_F(ReportTest, ComparingSaysWhatGotWorse) {
  const Results before = read(write({result_of("a/b/c", Verdict::pass)}));
  const Results after =
      read(write({result_of("a/b/c", Verdict::fail), result_of("a/b/new", Verdict::pass)}));
  int worse = 0;
  EXPECT_THAT(comparison_text(before, after, worse),
              HasSubstr("worse  a/b/c (server)  pass -> fail"));
  EXPECT_EQ(worse, 1);
  EXPECT_THAT(comparison_text(after, before, worse), HasSubstr("gone   a/b/new"));
  EXPECT_EQ(worse, 0);
}

TEST_F(ReportTest, ShardsJoinOnceAndWhole) {
  const Results one = read(write({result_of("a/b/1", Verdict::pass)}, "1/2", {{"a/**", 1, 0}}));
  const Results two = read(write({result_of("a/b/2", Verdict::known)}, "2/2", {{"a/**", 1, 1}}));
  Results whole;
  EXPECT_EQ(merge_results({one, two}, whole), "");
  EXPECT_EQ(whole.cases.size(), 2U);
  EXPECT_EQ(whole.exit_code(), 0);
  EXPECT_TRUE(idle_known(whole).empty());
  whole = Results();
  EXPECT_EQ(merge_results({one}, whole), "missing: shard 2/2");
  whole = Results();
  EXPECT_EQ(merge_results({one, one}, whole), "shard 1/2 is there twice");
  Results idle = two;
  idle.footer["known"][0]["used"] = 0;
  whole = Results();
  EXPECT_EQ(merge_results({one, idle}, whole), "");
  EXPECT_EQ(whole.exit_code(), 1);
  EXPECT_EQ(idle_known(whole), std::vector<std::string>{"a/**"});
}

TEST(ExitCodeOf, PutsFailuresBeforeTheHarness) {
  EXPECT_EQ(exit_code_of(1, 1, 1), 1);
  EXPECT_EQ(exit_code_of(0, 1, 1), 3);
  EXPECT_EQ(exit_code_of(0, 0, 1), 0);
  EXPECT_EQ(exit_code_of(0, 0, 0), 2);
}

}  // namespace
}  // namespace conform
