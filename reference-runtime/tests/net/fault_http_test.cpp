// SPDX-License-Identifier: Apache-2.0
// As fault_test.cpp, for HTTP: requests and answers in memory, and both as streams through
// descriptors. Whatever call fails, nobody hangs, nothing is left behind, and no body is taken for
// whole that is not.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <osprey/http_client.hpp>
#include <osprey/http_server.hpp>

#include "certificates.hpp"
#include "faulty_io.hpp"
#include "support.hpp"

namespace osprey::test {
namespace {

constexpr std::size_t kLarge = 300'000;

struct Outcome {
  bool served = false;
  std::string problem;
};

// What a handler reads from a descriptor; nothing when it was cut short.
std::optional<std::size_t> read_all(int fd) {
  std::array<char, 50'000> piece{};
  std::size_t all = 0;
  ssize_t got = 0;
  while ((got = ::read(fd, piece.data(), piece.size())) > 0) {
    all += static_cast<std::size_t>(got);
  }
  return got < 0 ? std::nullopt : std::optional(all);
}

HttpAnswer give_stream(std::size_t size) {
  HttpAnswer answer;
  answer.stream_fd = ::memfd_create("answer", MFD_CLOEXEC);
  const std::string octets(size, 'y');
  EXPECT_EQ(::write(answer.stream_fd, octets.data(), size), static_cast<ssize_t>(size));
  EXPECT_EQ(::lseek(answer.stream_fd, 0, SEEK_SET), 0);
  return answer;
}

HttpAnswer answer_to(const HttpRequestView& request) {
  if (request.target == "/stream") {
    return give_stream(kLarge);
  }
  HttpAnswer answer;
  if (request.body_fd >= 0) {
    const auto size = read_all(request.body_fd);
    if (size) {
      EXPECT_EQ(*size, kLarge) << "a body that was cut short looked whole";
    }
    answer.status = size ? 200 : 500;
  }
  answer.body = "small";
  return answer;
}

struct Settings {
  HttpServerSettings server;
  HttpClientSettings client;
};

Settings hurried() {
  Settings settings;
  settings.server.threads = 1;
  settings.server.stand_ins = 2;
  settings.server.limits.body_in_memory = 1000;
  settings.server.limits.queued = 65'536;
  settings.server.request_deadline = std::chrono::milliseconds(500);
  settings.server.keep_alive_deadline = std::chrono::milliseconds(500);
  settings.server.write_deadline = std::chrono::milliseconds(500);
  settings.server.drain = std::chrono::milliseconds(100);
  settings.client.timeout = std::chrono::milliseconds(3000);
  return settings;
}

// A small exchange, a body up, a body down.
Outcome exchange_all(HttpClient& client) {
  const std::string body(kLarge, 'x');
  HttpOutgoing small;
  HttpOutgoing up;
  up.method = "POST";
  up.body = body;
  HttpOutgoing down;
  down.path = "/stream";
  for (const HttpOutgoing* request : {&small, &up, &down}) {
    const auto reply = client.exchange(*request);
    if (!reply) {
      return {false, reply.error().message};
    }
    if (reply.value().status != 200) {
      return {false, "status " + std::to_string(reply.value().status)};
    }
    const std::size_t expected = request == &down ? kLarge : 5;
    EXPECT_EQ(reply.value().body.size(), expected) << "an answer that was cut short looked whole";
  }
  return {true, {}};
}

Outcome live_once(Settings settings) {
  auto server = HttpServer::bind(settings.server);
  if (!server) {
    return {false, server.error().message};
  }
  const auto listening = server.value().listen(answer_to, BodyDelivery::streamed);
  if (!listening) {
    return {false, listening.error().message};
  }
  settings.client.base_url = (settings.server.tls ? "https://127.0.0.1:" : "http://127.0.0.1:") +
                             std::to_string(server.value().port());
  auto client = HttpClient::create(settings.client);
  if (!client) {
    return {false, client.error().message};
  }
  return exchange_all(client.value());
}

void repeat_until_whole(const Settings& settings, int error) {
  const Outcome first = live_once(settings);
  ASSERT_TRUE(first.served) << first.problem;
  const std::size_t descriptors = open_descriptors();
  const std::size_t threads = running_threads();
  constexpr std::size_t kEnough = 1000;
  std::size_t n = 1;
  for (bool reached = true; reached && n < kEnough; ++n) {
    const FailNthCall fault(n, error);
    const Outcome outcome = live_once(settings);
    reached = FailNthCall::reached();
    if (!reached) {
      EXPECT_TRUE(outcome.served) << "call " << n << ": " << outcome.problem;
    } else if (!outcome.served) {
      EXPECT_FALSE(outcome.problem.empty()) << "call " << n << " failed and nobody said so";
    }
    ASSERT_EQ(open_descriptors(), descriptors) << "call " << n;
    ASSERT_EQ(threads_left(threads), threads) << "call " << n;
  }
  EXPECT_GT(n, 50U);
  EXPECT_LT(n, kEnough);
}

TEST(FaultHttp, EveryCallFailsOnce) {
  repeat_until_whole(hurried(), EIO);
}

TEST(FaultHttp, EveryCallRunsOutOfMemoryOnce) {
  repeat_until_whole(hurried(), ENOMEM);
}

TEST(FaultHttp, EveryCallIsInterruptedOnce) {
  repeat_until_whole(hurried(), EINTR);
}

TEST(FaultHttp, EveryCallFailsOnceOverTls) {
  const Certificates files;
  Settings settings = hurried();
  settings.server.tls = ServerTls{files.certificate(), files.key()};
  settings.client.tls.ca_file = files.authority();
  repeat_until_whole(settings, ECONNRESET);
}

}  // namespace
}  // namespace osprey::test
