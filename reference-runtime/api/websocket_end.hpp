// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <osprey/connection.hpp>
#include <string>
#include <string_view>
#include <utility>

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

}  // namespace osprey::api
