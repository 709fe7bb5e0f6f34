// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "run/dialogue/case_run.hpp"

namespace conform {

// A connection that the library has opened to the judge: its first request is read, body and all.
class PeerRequest : public ConnectionEvents {
 public:
  PeerRequest(Loop& loop, int fd, SSL_CTX* tls, std::function<void()> changed);

  bool complete() const { return complete_; }
  bool ended() const { return ended_; }  // before its request was complete
  // Any octet of a request came, be it in the clear where TLS was due.
  bool asked() const { return asked_; }
  IncomingRequest& request() { return request_; }
  std::unique_ptr<Connection> hand_over() { return std::move(connection_); }

 private:
  void on_connected() override {}
  void on_failed(const ConnectFailure& why) override;
  void on_octets(std::string_view octets) override;
  void on_end(EndOfStream) override { end(); }
  void end();
  void read();

  std::unique_ptr<Connection> connection_;
  std::function<void()> changed_;
  wire::Octets in_;
  wire::ResponseReader body_;
  std::size_t taken_ = 0;
  bool have_head_ = false, complete_ = false, ended_ = false, asked_ = false;
  IncomingRequest request_;
};

}  // namespace conform
