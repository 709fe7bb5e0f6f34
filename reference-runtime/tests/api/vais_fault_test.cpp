// SPDX-License-Identifier: Apache-2.0
// As fault_test.cpp, for the Vais functions: whatever call fails, run_echo serves the next client
// or ends, nobody hangs, nothing is left behind.
#include <gtest/gtest.h>
#include <osprey/vais_websocket.h>

#include <cerrno>
#include <thread>

#include "faulty_io.hpp"
#include "support.hpp"

namespace osprey::test {
namespace {

// One client's whole life; true when it was served as it should be.
bool echo_one(std::uint16_t port) {
  Raw client(port);
  if (client.upgrade().find(" 101 ") == std::string::npos) {
    return false;
  }
  client.send(client_frame(2, std::string(50'000, 'x')));
  const auto echoed = client.read_frame();
  client.send(close_frame(1000));
  const auto closed = client.read_frame();
  (void)client.read_to_end();
  return echoed && echoed->payload.size() == 50'000 && closed && closed->close_code() == 1000;
}

// Two clients, for a failure may cost one of them only. False: there was no server at all.
bool live_once(std::uint16_t port, int& served) {
  WsServer server = ws_server(port);
  if (WsServer_is_valid(&server) == 0) {
    return false;
  }
  std::thread echo([&] { (void)WsServer_run_echo(&server); });
  served = int{echo_one(port)} + int{echo_one(port)};
  EXPECT_EQ(WsServer_stop(&server), 0);
  echo.join();
  WsServer_drop(&server);
  return true;
}

void repeat_until_whole(int error) {
  int served = 0;
  ASSERT_TRUE(live_once(free_port(), served));
  ASSERT_EQ(served, 2);
  const std::size_t descriptors = open_descriptors();
  constexpr std::size_t kEnough = 1000;
  std::size_t n = 1;
  for (bool reached = true; reached && n < kEnough; ++n) {
    const std::uint16_t port = free_port();
    const FailNthCall fault(n, error);
    const bool listened = live_once(port, served);
    reached = FailNthCall::reached();
    if (!reached) {
      EXPECT_TRUE(listened && served == 2) << "call " << n;
    } else if (listened) {
      EXPECT_GE(served, 1) << "call " << n << " cost more than the connection it belonged to";
    }
    ASSERT_EQ(open_descriptors(), descriptors) << "call " << n;
  }
  EXPECT_GT(n, 15U);
  EXPECT_LT(n, kEnough);
}

TEST(VaisFault, EveryCallFailsOnce) {
  repeat_until_whole(EIO);
}

TEST(VaisFault, EveryCallRunsOutOfMemoryOnce) {
  repeat_until_whole(ENOMEM);
}

TEST(VaisFault, EveryCallIsInterruptedOnce) {
  repeat_until_whole(EINTR);
}

}  // namespace
}  // namespace osprey::test
