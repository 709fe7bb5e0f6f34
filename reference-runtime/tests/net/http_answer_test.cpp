// SPDX-License-Identifier: Apache-2.0
// Answers that flow out of a descriptor.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "faulty_io.hpp"
#include "http_support.hpp"

namespace osprey::test {
namespace {

// The answer's descriptor gives more than a client takes that does not read.
TEST(HttpAnswer, AnAnswerFromADescriptorWaitsForItsReader) {
  constexpr off_t kSize = 200'000'000;
  const int file = ::memfd_create("answer", MFD_CLOEXEC);
  ASSERT_EQ(::ftruncate(file, kSize), 0);
  HttpServerSettings settings;
  settings.stand_ins = 0;  // so the one thread has left the first answer when it gives the second
  auto server = serve(
      [&](const HttpRequestView& request) {
        if (request.target != "/file") {
          return text("other");
        }
        HttpAnswer answer;
        answer.stream_fd = ::fcntl(file, F_DUPFD_CLOEXEC, 0);
        answer.stream_size = kSize;
        return answer;
      },
      BodyDelivery::streamed, settings);
  Raw raw(server.port(), 4096);
  raw.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string head = raw.read_head();
  EXPECT_NE(head.find("Content-Length: 200000000\r\n"), std::string::npos) << head;
  Raw other(server.port());
  other.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(read_answer(other, 5), "200 other");
  // Both descriptors have one place in the file: it says how much was read.
  EXPECT_LT(::lseek(file, 0, SEEK_CUR), kSize / 2);
  ::close(file);
}

// A descriptor that gives `octets`.
int descriptor_of(std::string_view octets) {
  const int file = ::memfd_create("answer", MFD_CLOEXEC);
  EXPECT_EQ(::write(file, octets.data(), octets.size()), static_cast<ssize_t>(octets.size()));
  EXPECT_EQ(::lseek(file, 0, SEEK_SET), 0);
  return file;
}

HttpHandler give_from_descriptor(std::size_t size, std::int64_t announced) {
  return [=](const HttpRequestView&) {
    HttpAnswer answer;
    answer.stream_fd = descriptor_of(pattern(size));
    answer.stream_size = announced;
    return answer;
  };
}

// What the kernel refuses once goes out with what follows, and then nothing waits: the answer has
// to go on all the same, and so has the next request, which came in the same segment.
TEST(HttpAnswer, AnAnswerGoesOnWhereverTheKernelRefusesOnce) {
  constexpr std::size_t kSize = 1'000'000;
  HttpServerSettings settings;
  settings.limits.queued = 65'536;
  auto server = serve(give_from_descriptor(kSize, kSize), BodyDelivery::streamed, settings);
  for (const std::size_t refused : {1U, 2U, 3U, 9U}) {
    const FailNthCall fault(refused, EAGAIN, Calls::send);
    Raw raw(server.port());
    raw.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(raw.read_head().substr(9, 3), "200") << "refused " << refused << ", answer " << i;
      EXPECT_EQ(raw.read(kSize), pattern(kSize)) << "refused " << refused << ", answer " << i;
    }
    EXPECT_TRUE(FailNthCall::reached());
  }
}

TEST(HttpAnswer, AnAnswerThatMayNotWaitAtAllGoesOutPieceByPiece) {
  HttpServerSettings settings;
  settings.limits.queued = 0;
  auto server = serve(give_from_descriptor(kLarge, -1), BodyDelivery::streamed, settings);
  Raw raw(server.port());
  raw.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = raw.read_to_end();
  EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n")) << answer.size();
  EXPECT_GT(answer.size(), kLarge);
}

// One thread, and a client that takes all it gets: the other is served before the end.
TEST(HttpAnswer, ALongAnswerLetsOthersInBetween) {
  constexpr std::size_t kSize = 64'000'000;
  HttpServerSettings settings;
  settings.stand_ins = 0;
  std::atomic<int> others{0};
  auto server = serve(
      [&](const HttpRequestView& request) {
        if (request.target != "/file") {
          others.fetch_add(1);
          return text("other");
        }
        return give_from_descriptor(kSize, kSize)(request);
      },
      BodyDelivery::streamed, settings);
  Raw raw(server.port());
  raw.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(raw.read_head().substr(9, 3), "200");
  Raw other(server.port());
  other.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  std::size_t taken = 0;
  while (others == 0 && taken < kSize) {
    taken += raw.read(10'000).size();
  }
  EXPECT_LT(taken, kSize) << "the other request waited for the whole answer";
  EXPECT_EQ(read_answer(other, 5), "200 other");
}

// The deadline between requests runs again behind an answer that took longer than it.
TEST(HttpAnswer, TheDeadlineRunsAgainBehindALongAnswer) {
  constexpr std::size_t kSize = 30'000'000;
  HttpServerSettings settings;
  settings.keep_alive_deadline = std::chrono::milliseconds(300);
  settings.request_deadline = std::chrono::milliseconds(300);
  auto server = serve(give_from_descriptor(kSize, kSize), BodyDelivery::streamed, settings);
  Raw slow(server.port(), 4096);
  slow.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(slow.read_head().substr(9, 3), "200");
  Raw idle(server.port());
  EXPECT_EQ(idle.read_to_end(), "");  // its deadline is later than the one the answer overran
  EXPECT_EQ(slow.read(kSize).size(), kSize);
  EXPECT_EQ(slow.read_to_end(), "");
}

}  // namespace
}  // namespace osprey::test
