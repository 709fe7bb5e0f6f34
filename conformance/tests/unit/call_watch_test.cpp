// SPDX-License-Identifier: Apache-2.0
// What a watched process may and may not do on the way to a listening socket.
#include "subject/call_watch.hpp"

#include <gtest/gtest.h>

#include "subject/process.hpp"

namespace conform {
namespace {

struct Seen {
  std::string why, end;
  int binds = 0;
};

// Runs a line of Python and tells how it ended.
Seen watched(const std::string& code, std::optional<SystemCall> denied) {
  Seen out;
  Loop loop;
  CallWatch watch(loop, [] {});
  watch.deny(denied);
  Process process;
  out.why = process.start({"python3", "-c", "import socket, sys, errno\n" + code},
                          testing::TempDir() + "call-watch.log", -1, &watch);
  if (out.why.empty()) out.why = watch.begin();
  while (out.why.empty() && process.running()) loop.round(std::chrono::milliseconds(5));
  out.end = process.how_it_ended();
  out.binds = static_cast<int>(watch.binds().size());
  return out;
}

// Ends with the error's number, or with 0.
std::string attempt(const std::string& call) {
  return "s = socket.socket()\n"
         "try:\n  " +
         call + "\nexcept OSError as e:\n  sys.exit(e.errno)\n";
}

#define SKIP_IF_BLIND(seen) \
  if (!(seen).why.empty()) GTEST_SKIP() << (seen).why

TEST(CallWatch, CountsBindsOfInternetAddressesOnly) {
  const Seen seen = watched(
      "for n in range(3): socket.socket().bind(('127.0.0.1', 0))\n"
      "socket.socket(socket.AF_UNIX).bind('\\0call-watch-test')\n",
      std::nullopt);
  SKIP_IF_BLIND(seen);
  EXPECT_EQ(seen.end, "exit code 0");
  EXPECT_EQ(seen.binds, 3);
}

TEST(CallWatch, DeniesOneCallAndNoOther) {
  const std::string bind = "s.bind(('127.0.0.1', 0))";
  const std::string options = "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)";
  const std::string all = options + "; " + bind + "; s.listen()";
  const struct {
    SystemCall denied;
    int error;
    std::string allowed;
  } rows[] = {{SystemCall::bind, EACCES, options + "; s.listen()"},
              {SystemCall::listen, EOPNOTSUPP, options + "; " + bind},
              {SystemCall::options, ENOBUFS, bind + "; s.listen()"}};
  for (const auto& row : rows) {
    const Seen seen = watched(attempt(all), row.denied);
    SKIP_IF_BLIND(seen);
    EXPECT_EQ(seen.end, "exit code " + std::to_string(row.error));
    EXPECT_EQ(watched(attempt(row.allowed), row.denied).end, "exit code 0") << row.error;
  }
}

TEST(CallWatch, EndsWithItsProcess) {
  const Seen seen = watched("sys.exit(7)", SystemCall::bind);
  SKIP_IF_BLIND(seen);
  EXPECT_EQ(seen.end, "exit code 7");
  EXPECT_EQ(seen.binds, 0);
}

}  // namespace
}  // namespace conform
