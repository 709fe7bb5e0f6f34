// SPDX-License-Identifier: Apache-2.0
// Repeats a whole life of server and client, each time with the next system call failing, until a
// life needs fewer calls. Whatever fails, there is an orderly end: errors are values, nobody hangs,
// nothing is left behind.
#include <gtest/gtest.h>

#include <cerrno>

#include "certificates.hpp"
#include "faulty_io.hpp"
#include "support.hpp"

namespace osprey::test {
namespace {

struct Outcome {
  bool served = false;
  std::string problem;
};

// Start, connect, echo, close, stop.
Outcome live_once(const ServerSettings& server_settings, const ClientSettings& client_settings) {
  auto server = WebSocketServer::start(server_settings, echo_handlers());
  if (!server) {
    return {false, server.error().message};
  }
  Signal answered;
  bool echoed = false;
  ClientHandlers handlers;
  handlers.on_message = [&](const Connection& connection, const Message& message) {
    echoed = message.octets.size() == 100'000;
    answered.set();
    (void)connection.close(1000);
  };
  handlers.on_close = [&](const Connection&, const CloseInfo&) { answered.set(); };
  auto client = WebSocketClient::connect(server.value().url(), client_settings, handlers);
  if (!client) {
    return {false, client.error().message};
  }
  (void)client.value().connection().send_text(std::string(100'000, 'x'));
  if (!answered.wait()) {
    ADD_FAILURE() << "neither an answer nor an end";
  }
  const ClientEnd end = client.value().wait();
  server.value().stop();
  return {echoed && end.clean, end.problem};
}

void repeat_until_whole(const ServerSettings& server, const ClientSettings& client, int error) {
  ASSERT_TRUE(live_once(server, client).served);
  const std::size_t descriptors = open_descriptors();
  const std::size_t threads = running_threads();
  constexpr std::size_t kEnough = 1000;
  std::size_t n = 1;
  for (bool reached = true; reached && n < kEnough; ++n) {
    const FailNthCall fault(n, error);
    const Outcome outcome = live_once(server, client);
    reached = FailNthCall::reached();
    if (!reached) {
      EXPECT_TRUE(outcome.served) << outcome.problem;
    } else if (!outcome.served) {
      EXPECT_FALSE(outcome.problem.empty()) << "call " << n << " failed and nobody said so";
    }
    ASSERT_EQ(open_descriptors(), descriptors) << "call " << n;
    ASSERT_EQ(threads_left(threads), threads) << "call " << n;
  }
  EXPECT_GT(n, 20U);
  EXPECT_LT(n, kEnough);
}

ServerSettings hurried() {
  auto settings = small_settings();
  settings.deadlines.handshake = std::chrono::milliseconds(1500);
  settings.deadlines.close = std::chrono::milliseconds(100);
  settings.deadlines.drain = std::chrono::milliseconds(100);
  return settings;
}

ClientSettings hurried_client() {
  ClientSettings settings;
  settings.deadlines.handshake = std::chrono::milliseconds(3000);
  settings.deadlines.close = std::chrono::milliseconds(100);
  settings.deflate = false;
  return settings;
}

// Osprey §15.4.1 tells apart what failed: socket, options, bind or listen.
TEST(Fault, EveryStageOfListeningHasItsCode) {
  const std::pair<std::size_t, ErrorCode> stages[] = {{1, ErrorCode::socket_failed},
                                                      {2, ErrorCode::options_failed},
                                                      {3, ErrorCode::options_failed},
                                                      {4, ErrorCode::address_unusable},
                                                      {5, ErrorCode::listen_failed}};
  for (const auto& [call, code] : stages) {
    const FailNthCall fault(call, EIO);
    const auto server = WebSocketServer::start(hurried(), echo_handlers());
    ASSERT_FALSE(server) << "call " << call;
    EXPECT_EQ(server.error().code, code) << "call " << call;
    EXPECT_EQ(server.error().system_error, EIO);
  }
}

TEST(Fault, EveryCallFailsOncePlain) {
  repeat_until_whole(hurried(), hurried_client(), EIO);
}

TEST(Fault, EveryCallRunsOutOfMemoryOnce) {
  repeat_until_whole(hurried(), hurried_client(), ENOMEM);
}

TEST(Fault, EveryCallIsInterruptedOnce) {
  repeat_until_whole(hurried(), hurried_client(), EINTR);
}

TEST(Fault, EveryCallFailsOnceOverTls) {
  const Certificates files;
  auto server = hurried();
  server.tls = ServerTls{files.certificate(), files.key()};
  auto client = hurried_client();
  client.tls.ca_file = files.authority();
  repeat_until_whole(server, client, ECONNRESET);
}

}  // namespace
}  // namespace osprey::test
