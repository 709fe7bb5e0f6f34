// SPDX-License-Identifier: Apache-2.0
// What waits for a peer, and when a word is due because nothing waits any more.
#include "net/transport.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "faulty_io.hpp"
#include "support.hpp"

namespace osprey::test {
namespace {

using net::Transport;
using From = Transport::From;

constexpr std::size_t kMuch = 8'000'000;  // more than the kernel takes

class TransportTest : public ::testing::Test {
 protected:
  TransportTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    transport_.open(net::Fd(ends[0]), nullptr);
    peer_ = net::Fd(ends[1]);
  }

  Transport::Wrote write(std::size_t size, From from = From::here) {
    out_.append(std::string(size, 'x'));
    return transport_.write(out_, cipher_, from);
  }

  // What the peer finds now.
  std::size_t drain() {
    std::array<char, 100'000> piece{};
    std::size_t all = 0;
    ssize_t got = 0;
    while ((got = ::recv(peer_.get(), piece.data(), piece.size(), 0)) > 0) {
      all += static_cast<std::size_t>(got);
    }
    return all;
  }

  Transport transport_;
  net::Fd peer_;
  wire::Buffer out_;
  wire::Buffer cipher_;
};

TEST_F(TransportTest, WhatTheKernelTakesNeedsNoWord) {
  EXPECT_EQ(write(1000), Transport::Wrote::all);
  EXPECT_TRUE(out_.empty());
  EXPECT_EQ(transport_.waiting(), 0U);
  EXPECT_FALSE(transport_.word_is_due());
  EXPECT_EQ(drain(), 1000U);
}

TEST_F(TransportTest, WhoWasRefusedIsOwedAWordOnceNothingWaits) {
  EXPECT_EQ(write(kMuch), Transport::Wrote::waits_now);
  EXPECT_GT(transport_.waiting(), 0U);
  EXPECT_FALSE(transport_.word_is_due());
  EXPECT_EQ(write(10), Transport::Wrote::all) << "only the first that waits is told apart";
  std::size_t taken = drain();
  while (transport_.write_waiting() != Transport::Sent::all) {
    EXPECT_FALSE(transport_.word_is_due());
    taken += drain();
  }
  EXPECT_TRUE(transport_.word_is_due());
  EXPECT_EQ(taken + drain(), kMuch + 10);
  transport_.word_given();
  EXPECT_FALSE(transport_.word_is_due());
}

// One refusal, and the rest goes out with what follows: no edge of epoll will ever say so.
TEST_F(TransportTest, TheWordIsDueAlsoWhenARefusedPieceGoesOutByAnotherWay) {
  out_.append(std::string(1000, 'x'));
  {
    const FailNthCall fault(1, EAGAIN, Calls::send);
    transport_.write_some(out_);
  }
  EXPECT_EQ(out_.size(), 1000U);
  EXPECT_EQ(transport_.write(out_, cipher_, From::here), Transport::Wrote::all);
  EXPECT_TRUE(transport_.word_is_due());
}

TEST_F(TransportTest, OnlyRepliesStopTheReading) {
  EXPECT_EQ(write(kMuch, From::elsewhere), Transport::Wrote::waits_now);
  EXPECT_FALSE(transport_.replies_wait());
  EXPECT_EQ(write(10, From::here), Transport::Wrote::all);
  EXPECT_TRUE(transport_.replies_wait());
  do {
    (void)drain();
  } while (transport_.write_waiting() != Transport::Sent::all);
  EXPECT_FALSE(transport_.replies_wait());
}

TEST_F(TransportTest, APeerThatIsGoneIsAnError) {
  peer_.reset();
  EXPECT_EQ(write(10), Transport::Wrote::failed);
  EXPECT_EQ(transport_.error(), EPIPE);
}

TEST_F(TransportTest, AShortReadHasEmptiedTheSocketUnlessAHangupWasAnnounced) {
  std::array<std::uint8_t, 100> space{};
  std::size_t count = 0;
  ASSERT_EQ(::send(peer_.get(), "abc", 3, 0), 3);
  transport_.expect(false);
  EXPECT_FALSE(transport_.receive(space, count));
  EXPECT_EQ(count, 3U);
  ASSERT_EQ(::send(peer_.get(), "de", 2, 0), 2);
  peer_.reset();
  transport_.expect(true);
  EXPECT_TRUE(transport_.receive(space, count));
  EXPECT_EQ(count, 2U);
  EXPECT_FALSE(transport_.receive(space, count));
  EXPECT_TRUE(transport_.peer_finished());
}

}  // namespace
}  // namespace osprey::test
