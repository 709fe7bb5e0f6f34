// SPDX-License-Identifier: Apache-2.0
// Bodies that flow to their handler while they arrive.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "http_support.hpp"

namespace osprey::test {
namespace {

constexpr std::chrono::milliseconds kPatience{300};

// Everything a descriptor gives; `error` is the errno it ended with, 0 at its end.
std::string read_all(int fd, int& error) {
  std::string all;
  std::array<char, 10'000> piece{};
  ssize_t got = 0;
  while ((got = ::read(fd, piece.data(), piece.size())) > 0) {
    all.append(piece.data(), static_cast<std::size_t>(got));
  }
  error = got < 0 ? errno : 0;
  return all;
}

TEST(HttpStream, AHandlerReadsWhileTheBodyArrives) {
  Signal first_read;
  auto server = serve([&](const HttpRequestView& request) {
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(request.body_size, static_cast<std::int64_t>(kLarge));
    EXPECT_EQ(request.target, "/a?b");
    char octet = 0;
    EXPECT_EQ(::read(request.body_fd, &octet, 1), 1);
    first_read.set();
    int error = 0;
    std::string body = octet + read_all(request.body_fd, error);
    EXPECT_EQ(error, 0);
    return text(body == pattern(kLarge) ? "whole" : "other");
  });
  Raw raw(server.port());
  const std::string body = pattern(kLarge);
  raw.send(post(kLarge, "/a?b") + body.substr(0, kLarge / 2));
  ASSERT_TRUE(first_read.wait()) << "the handler has to run before the body is whole";
  raw.send(body.substr(kLarge / 2));
  EXPECT_EQ(read_answer(raw, 5), "200 whole");
}

TEST(HttpStream, WhatStandsBehindTheBodyIsAnsweredNext) {
  auto server = serve([](const HttpRequestView& request) {
    if (request.body_fd < 0) {
      return text("next");
    }
    int error = 0;
    return text(std::to_string(read_all(request.body_fd, error).size()));
  });
  Raw raw(server.port());
  for (int i = 0; i < 3; ++i) {
    raw.send(post(kLarge) + pattern(kLarge) + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(read_answer(raw, 6), "200 300000");
    EXPECT_EQ(read_answer(raw, 4), "200 next");
  }
}

TEST(HttpStream, AChunkedBodyOverTheThresholdFlowsToo) {
  auto server = serve([](const HttpRequestView& request) {
    EXPECT_EQ(request.body_size, -1);
    int error = 0;
    return text(read_all(request.body_fd, error) == pattern(kLarge) ? "same" : "else");
  });
  Raw raw(server.port());
  std::string octets = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = pattern(kLarge);
  for (std::size_t at = 0; at < kLarge; at += 500) {
    octets += "1f4\r\n" + body.substr(at, 500) + "\r\n";
  }
  raw.send(octets + "0\r\n\r\n");
  EXPECT_EQ(read_answer(raw, 4), "200 same");
}

TEST(HttpStream, WhatTheHandlerDoesNotReadIsNotReadFromTheClient) {
  Signal go_on;
  auto server = serve([&](const HttpRequestView& request) {
    if (request.body_fd < 0) {
      return text("other");
    }
    go_on.wait();
    int error = 0;
    return text(std::to_string(read_all(request.body_fd, error).size()));
  });
  constexpr std::size_t kHuge = 40'000'000;  // far more than all buffers together
  Raw raw(server.port(), 4096);
  raw.send(post(kHuge));
  const std::string body(kHuge, 'x');
  const std::size_t sent = raw.send_until_blocked(body, kPatience);
  ASSERT_LT(sent, kHuge / 2) << "the server went on reading";
  // Others are served meanwhile, although there is one thread.
  Raw other(server.port());
  other.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(read_answer(other, 5), "200 other");
  go_on.set();
  raw.send(std::string_view(body).substr(sent));
  EXPECT_EQ(read_answer(raw, 8), "200 40000000");
}

TEST(HttpStream, ABodyCutShortNeverLooksWhole) {
  int error = 0;
  Signal done;
  auto server = serve([&](const HttpRequestView& request) {
    EXPECT_LT(read_all(request.body_fd, error).size(), kLarge);
    done.set();
    return text("nobody wants this");
  });
  {
    Raw raw(server.port());
    raw.send(post(kLarge) + pattern(kLarge / 2));
    raw.finish_sending();
    EXPECT_EQ(raw.read_to_end(), "");
  }
  ASSERT_TRUE(done.wait());
  EXPECT_EQ(error, ECONNRESET);
}

TEST(HttpStream, ABrokenChunkIsRefusedAndTheHandlerToldSo) {
  int error = 0;
  Signal running;
  Signal done;
  auto server = serve([&](const HttpRequestView& request) {
    running.set();
    (void)read_all(request.body_fd, error);
    done.set();
    return text("nobody wants this");
  });
  Raw raw(server.port());
  raw.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" +
           pattern(0x2000));
  ASSERT_TRUE(running.wait());
  raw.send("\r\nnonsense\r\n");
  EXPECT_EQ(raw.read_head().substr(9, 3), "400");
  ASSERT_TRUE(done.wait());
  EXPECT_EQ(error, ECONNRESET);
}

TEST(HttpStream, AnErrorIsAnsweredAtOnceAndEndsTheConnection) {
  auto server = serve([](const HttpRequestView&) { return text("no", 403); });
  Raw raw(server.port());
  raw.send(post(kLarge) + pattern(kLarge / 2));
  const std::string answer = raw.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
}

TEST(HttpStream, AnotherAnswerWaitsForTheEndOfTheBody) {
  Signal answered;
  auto server = serve([&](const HttpRequestView& request) {
    if (request.body_fd < 0) {
      return text("next");
    }
    answered.set();
    return text("unread");
  });
  Raw raw(server.port());
  raw.send(post(kLarge) + pattern(kLarge / 2));
  ASSERT_TRUE(answered.wait());
  raw.send(pattern(kLarge / 2) + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(read_answer(raw, 6), "200 unread");
  EXPECT_EQ(read_answer(raw, 4), "200 next");
}

TEST(HttpStream, WholeBodiesComeInMemoryAndHaveALimitOfTheirOwn) {
  HttpServerSettings settings;
  settings.limits.whole_body = kLarge;
  auto server = serve(
      [](const HttpRequestView& request) {
        EXPECT_EQ(request.body_fd, -1);
        return text(request.body == pattern(kLarge) ? "same" : "else");
      },
      BodyDelivery::whole, settings);
  Raw raw(server.port());
  raw.send(post(kLarge) + pattern(kLarge));
  EXPECT_EQ(read_answer(raw, 4), "200 same");
  raw.send(post(kLarge + 1));
  EXPECT_EQ(raw.read_head().substr(9, 3), "413");
}

TEST(HttpStream, MoreUploadsThanThreadsAreTurnedAway) {
  HttpServerSettings settings;
  settings.stand_ins = 1;
  Signal go_on;
  Signal running;
  auto server = serve(
      [&](const HttpRequestView&) {
        running.set();
        go_on.wait();
        return text("late");
      },
      BodyDelivery::streamed, settings);
  Raw first(server.port());
  first.send(post(2 * kInMemory) + pattern(2 * kInMemory - 1));
  ASSERT_TRUE(running.wait());
  Raw second(server.port());
  second.send(post(2 * kInMemory) + pattern(2 * kInMemory - 1));
  EXPECT_EQ(second.read_head().substr(9, 3), "503");
  go_on.set();
  first.send("x");
  EXPECT_EQ(read_answer(first, 4), "200 late");
}

TEST(HttpStream, StoppingEndsUploadsAndWaitsForTheirHandlers) {
  HttpServerSettings settings;
  settings.drain = std::chrono::milliseconds(20);
  Signal running;
  int error = 0;
  const std::size_t threads = running_threads();
  auto server = serve(
      [&](const HttpRequestView& request) {
        running.set();
        (void)read_all(request.body_fd, error);
        return text("too late");
      },
      BodyDelivery::streamed, settings);
  Raw raw(server.port());
  raw.send(post(kLarge) + pattern(kLarge / 2));
  ASSERT_TRUE(running.wait());
  server.stop();
  EXPECT_EQ(error, ECONNRESET);
  EXPECT_EQ(threads_left(threads), threads);
}

TEST(HttpStream, StoppingFromAHandlerOfAnUpload) {
  HttpServerSettings settings;
  settings.drain = std::chrono::milliseconds(20);
  std::optional<HttpServer> server;
  Signal ready;
  Signal stopped;
  server.emplace(serve(
      [&](const HttpRequestView&) {
        ready.wait();
        server->stop();
        stopped.set();
        return text("stopped");
      },
      BodyDelivery::streamed, settings));
  ready.set();
  Raw raw(server->port());
  raw.send(post(kLarge) + pattern(kLarge / 2));
  EXPECT_TRUE(stopped.wait());
  server->stop();
}

TEST(HttpStream, AHandlerThatThrowsAnythingIsA500) {
  auto server = serve([](const HttpRequestView&) -> HttpAnswer { throw 42; });
  Raw raw(server.port());
  for (const std::size_t size : {std::size_t{10}, kLarge}) {
    raw.send(post(size) + pattern(size));
    const std::string head = raw.read_head();
    EXPECT_EQ(head.substr(9, 3), "500") << size;
    EXPECT_EQ(raw.read(15), "Internal error\n");
  }
}

}  // namespace
}  // namespace osprey::test
