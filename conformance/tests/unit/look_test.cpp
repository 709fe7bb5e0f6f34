// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <poll.h>

#include "subject/program_look.hpp"

namespace conform {
namespace {

// Whether the watch is over before the limit.
bool ends(const std::vector<std::string>& command, Milliseconds span, Milliseconds limit) {
  Process process;
  EXPECT_EQ(process.start(command, "/dev/null"), "");
  IdleWatch watch(process, span);
  const TimePoint last = Clock::now() + limit;
  bool over = false;
  while (!over && Clock::now() < last) {
    ::poll(nullptr, 0, 20);
    over = watch.is_over();
  }
  process.kill();
  return over;
}

TEST(IdleWatch, EndsForAProgramThatWaits) {
  EXPECT_TRUE(ends({"tail", "-f", "/dev/null"}, Milliseconds(200), Milliseconds(20000)));
}

// On a busy machine it mostly waits for a processor; that is no waiting.
TEST(IdleWatch, GoesOnForAProgramThatWorks) {
  EXPECT_FALSE(ends({"sh", "-c", "while :; do :; done"}, Milliseconds(300), Milliseconds(1500)));
}

TEST(Look, QuotesACommandAsAShellWould) {
  EXPECT_EQ(shown_command({"./client", "--url", "ws://a", "two words", ""}),
            "./client --url ws://a 'two words' ''");
}

TEST(Look, ShowsTheLastLinesOfALog) {
  EXPECT_EQ(last_words("\n\n"), "it printed nothing");
  EXPECT_EQ(last_words("one\n"), "its output ends with: one");
  EXPECT_EQ(last_words("one\ntwo\nthree\nfour\n"), "its output ends with: two / three / four");
}

}  // namespace
}  // namespace conform
