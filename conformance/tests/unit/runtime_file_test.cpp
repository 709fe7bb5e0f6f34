// SPDX-License-Identifier: Apache-2.0
#include "case/runtime_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/result/known.hpp"
#include "subject/address.hpp"

namespace conform {
namespace {

using testing::HasSubstr;

const std::string kRuntime =
    "name: mine\n"
    "about: One sentence.\n"
    "server: [\"./echo\", \"--port\", \"{port}\"]\n"
    "speaks: [websocket, \"limit:message=64 KiB\"]\n"
    "known:\n"
    "  rfc6455/5.1-masking/a: a reason\n";

TEST(RuntimeFile, IsRead) {
  Problems problems;
  const Runtime runtime = read_runtime(kRuntime, "mine.yml", problems);
  ASSERT_TRUE(problems.empty()) << problems[0].text();
  EXPECT_EQ(runtime.name, "mine");
  EXPECT_TRUE(runtime.declares("limit:message"));
  EXPECT_FALSE(runtime.declares("limit"));
  EXPECT_EQ(runtime.feature_value("limit:message"), "64 KiB");
  EXPECT_EQ(fill_command(runtime.server, {{"port", "17"}}).back(), "17");
}

TEST(RuntimeFile, DeclaresTheShapesOfALibrary) {
  Problems problems;
  const Runtime runtime = read_runtime(
      "name: mine\nlibrary: [c-driver, x.so]\nabi: {result: block, handler: response}\n",
      "mine.yml", problems);
  ASSERT_TRUE(problems.empty()) << problems[0].text();
  EXPECT_EQ(runtime.abi, "result=block,handler=response");
  EXPECT_EQ(check_shapes(runtime.abi), "");
  EXPECT_EQ(check_shapes("handler=responce"),
            "the shape handler is one of body, response, full-response, not 'responce'");
  EXPECT_THAT(check_shapes("handler"), HasSubstr("not ''"));
}

TEST(RuntimeFile, AClientOfSeveralExchangesIsEnough) {
  Problems problems;
  const Runtime runtime =
      read_runtime("name: mine\nhttp-client-kept: [./lines, --quick]\n", "mine.yml", problems);
  ASSERT_TRUE(problems.empty()) << problems[0].text();
  EXPECT_EQ(runtime.http_client_kept.back(), "--quick");
}

std::string runtime_problem(const std::string& text) {
  Problems problems;
  read_runtime(text, "mine.yml", problems);
  return problems.empty() ? "" : problems[0].text();
}

TEST(RuntimeFile, MistakesAreNamed) {
  EXPECT_EQ(runtime_problem(kRuntime + "speeks: [x]\n"),
            "mine.yml:7: unknown word 'speeks' in a runtime file; did you mean 'speaks'?");
  EXPECT_THAT(runtime_problem("name: mine\n"), HasSubstr("no command"));
  EXPECT_THAT(runtime_problem("name: mine\nserver: [./echo]\n"),
              HasSubstr("mine.yml:2: the server's command has no {port}"));
  EXPECT_THAT(runtime_problem("name: mine\nserver: ./echo\n"),
              HasSubstr("must be a command as a list"));
  EXPECT_THAT(runtime_problem("name: mine\nclient: [./c]\nknown:\n  a: \"\"\n"),
              HasSubstr("known without a reason"));
  EXPECT_THAT(runtime_problem(kRuntime + "jobs: 10001\n"),
              HasSubstr("mine.yml:7: jobs must be a number from 0 to 10000, not '10001'"));
  EXPECT_THAT(runtime_problem("name: mine\nlibrary: [c-driver, x.so]\nabi: {results: code}\n"),
              HasSubstr("mine.yml:3: 'results' is no shape"));
  EXPECT_THAT(runtime_problem("[1, 2"), HasSubstr("not YAML"));
  EXPECT_THAT(runtime_problem(""), HasSubstr("must be a map"));
}

TEST(Url, IsReadOrRefusedWithAReason) {
  Target target;
  EXPECT_EQ(parse_url("wss://[::1]:9443/echo?x=1", target), "");
  EXPECT_TRUE(target.tls);
  EXPECT_EQ(target.host, "::1");
  EXPECT_EQ(target.port, 9443);
  EXPECT_EQ(target.path, "/echo?x=1");
  EXPECT_EQ(target.authority(), "[::1]:9443");
  for (const char* bad : {"ftp://x", "localhost:9001", "ws://", "ws://x:0", "ws://x:99999",
                          "ws://x:a", "ws://x/#y", "ws://[::1"}) {
    EXPECT_NE(parse_url(bad, target), "") << bad;
  }
}

}  // namespace
}  // namespace conform
