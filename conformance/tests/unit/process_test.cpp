// SPDX-License-Identifier: Apache-2.0
// What is known of the memory of a process, also once it has ended.
#include "subject/process.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

namespace conform {
namespace {

constexpr std::uint64_t kTaken = std::uint64_t{64} << 20U;

// A process that takes 64 MiB and waits for ever.
class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string why =
        process.start({"python3", "-c", "x = bytearray(64 << 20)\nimport signal\nsignal.pause()"},
                      testing::TempDir() + "process-test.log");
    ASSERT_EQ(why, "");
    while (process.running() && process.usage().peak < kTaken) ::poll(nullptr, 0, 5);
    ASSERT_TRUE(process.running()) << process.how_it_ended();
  }
  Process process;
};

TEST_F(ProcessTest, MemoryOfALivingProcessIsKnown) {
  EXPECT_TRUE(process.usage().known);
  EXPECT_GE(process.usage().resident, kTaken);
}

TEST_F(ProcessTest, MemoryOfAnEndedProcessIsWhatWasSampled) {
  process.sample();
  process.kill();
  EXPECT_TRUE(process.usage().known);
  EXPECT_GE(process.usage().peak, kTaken);
}

TEST_F(ProcessTest, MemoryOfAnEndedProcessIsUnknownAndNotNone) {
  process.kill();
  EXPECT_FALSE(process.usage().known);
}

TEST_F(ProcessTest, ItsEndIsAValue) {
  EXPECT_EQ(process.ending().kind, Ending::Kind::none);
  EXPECT_EQ(process.how_it_ended(), "");
  process.kill();
  EXPECT_EQ(process.ending().kind, Ending::Kind::signal);
  EXPECT_EQ(process.ending().number, SIGKILL);
  EXPECT_EQ(process.how_it_ended(), "signal 9 (Killed)");
  EXPECT_TRUE((Ending{Ending::Kind::exit, 0}).clean());
  EXPECT_FALSE((Ending{Ending::Kind::exit, 3}).clean());
  EXPECT_FALSE((Ending{Ending::Kind::signal, 0}).clean());
}

TEST_F(ProcessTest, ThePeakBeginsAnew) {
  process.sample();
  process.reset_peak();
  process.kill();
  EXPECT_FALSE(process.usage().known);
}

}  // namespace
}  // namespace conform
