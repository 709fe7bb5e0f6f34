// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "subject/loop.hpp"

namespace conform {

// A listening TCP socket on all addresses of the loopback or, if asked, of the machine.
class Listener : public Watcher {
 public:
  Listener(Loop& loop, std::function<void(int fd)> accepted)
      : loop_(loop), accepted_(std::move(accepted)) {}
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // An empty string, or why it cannot listen. Port 0 takes a free one.
  std::string listen(const std::string& host, std::uint16_t port);
  std::uint16_t port() const { return port_; }
  void on_ready(std::uint32_t events) override;

 private:
  Loop& loop_;
  std::function<void(int)> accepted_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace conform
