// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "subject/connection.hpp"

namespace conform {

// Only connects: tells whether somebody listens. `decided`, if given, is called from the loop.
class Knock : public ConnectionEvents {
 public:
  Knock(Loop& loop, const Address& address, std::function<void()> decided = {});
  bool is_decided() const { return is_decided_; }
  bool is_open() const { return is_open_; }

 private:
  void decide(bool open);
  void on_connected() override { decide(true); }
  void on_failed(const ConnectFailure&) override { decide(false); }
  void on_octets(std::string_view) override {}
  void on_end(EndOfStream) override {}

  std::function<void()> decided_;
  bool is_decided_ = false, is_open_ = false;
  Connection connection_;
};

}  // namespace conform
