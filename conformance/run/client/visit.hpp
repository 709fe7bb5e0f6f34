// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "run/dialogue/case_run.hpp"

namespace conform {

// A client that came to the fuzzing server: its request is read, then it is a case's, or gets one
// text as answer, or talks to a plain echo.
class Visit : public ConnectionEvents {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    virtual void on_request(Visit& visit) = 0;
    virtual void on_gone(Visit& visit) = 0;  // posted: the host may destroy the visit
  };
  Visit(RunContext& context, Host& host, int fd, SSL_CTX* tls);
  // A connection that has carried another request before.
  Visit(RunContext& context, Host& host, std::unique_ptr<Connection> connection);
  ~Visit() override;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  const std::string& path() const { return path_; }
  std::string query(const std::string& name) const;
  const IncomingRequest& request() const { return request_; }

  // Switches protocols, sends the text (none if empty), closes.
  void answer(const std::string& text);
  // Switches protocols and echoes until the client closes.
  void echo();
  // An HTTP error.
  void refuse(const std::string& status);
  // What has come already; the host may be told inside the call.
  void take(const wire::Octets& octets) { on_octets(octets); }
  // The connection leaves for a case; the visit is over.
  std::unique_ptr<Connection> hand_over();

 private:
  void on_connected() override {}
  void on_failed(const ConnectFailure&) override { gone(); }
  void on_octets(std::string_view octets) override;
  void on_end(EndOfStream) override { gone(); }
  void read_request();
  void read_frames();
  void switch_protocols();
  void gone();
  void limit(Milliseconds span);

  RunContext& context_;
  Host& host_;
  std::unique_ptr<Connection> connection_;
  wire::Octets in_;
  IncomingRequest request_;
  std::string path_;
  std::map<std::string, std::string> query_;
  wire::MessageReader reader_;
  bool have_request_ = false, echoing_ = false, closing_ = false, gone_ = false;
  TimerId limit_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conform
