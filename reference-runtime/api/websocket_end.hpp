// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <osprey/connection.hpp>
#include <osprey/settings.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "api/in_handler.hpp"
#include "api/registry.hpp"

namespace osprey::api {

// One end of a WebSocket connection that a program knows by its id: its own client, or a client of
// its server.
class WebSocketEnd : public Object {
 public:
  explicit WebSocketEnd(std::string url) : url_(std::move(url)) {}

  [[nodiscard]] virtual Connection connection() const = 0;
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  [[nodiscard]] bool connected() const noexcept { return connected_.load(); }
  void set_connected(bool connected) noexcept { connected_.store(connected); }

 private:
  std::string url_;
  std::atomic<bool> connected_{false};
};

// Hands a message to the program's handler, with the NUL that C wants behind its octets. A handler
// that fails closes the connection with 1011.
template <class Handler>
void hand_over(const Connection& connection, const Message& message, Handler&& handler) {
  constexpr std::uint16_t kUnexpected = 1011;
  const std::string octets(message.text());
  const InHandler mark;
  if (!std::forward<Handler>(handler)(octets).ok()) {
    (void)connection.close(kUnexpected, "message handler failed");
  }
}

}  // namespace osprey::api
