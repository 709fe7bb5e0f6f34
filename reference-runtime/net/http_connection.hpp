// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 on one connection (RFC 9112 §9): requests one after the other, answers in their order,
// no routing.
#pragma once

#include <atomic>
#include <memory>
#include <osprey/http_server.hpp>
#include <string_view>

#include "net/http_exchange.hpp"
#include "net/link.hpp"
#include "net/protocol.hpp"
#include "net/turn.hpp"

namespace osprey::net {

// Takes over a connection whose request asks for a WebSocket. Null: nobody does, the request is an
// ordinary one.
class UpgradeTarget {
 public:
  UpgradeTarget() = default;
  UpgradeTarget(const UpgradeTarget&) = delete;
  UpgradeTarget& operator=(const UpgradeTarget&) = delete;
  virtual ~UpgradeTarget() = default;
  // `head` is the request's, with its last empty line. Answers it, and gives the connection its new
  // protocol or finishes it.
  virtual void upgrade(Turn& turn, std::string_view head) = 0;
};

// What all connections of a server share. Outlives them: each holds it.
struct HttpService {
  HttpServerSettings settings;
  wire::http::BodyLimits body_limits;
  wire::http::RequestLimits request_limits;
  LinkPolicy policy;
  HttpHandler handler;
  std::atomic<std::shared_ptr<UpgradeTarget>> upgrade;
};

class HttpConnection final : public Protocol {
 public:
  explicit HttpConnection(std::shared_ptr<HttpService> service) : service_(std::move(service)) {}

  void start(Turn& turn) override;
  std::size_t receive(Turn& turn, wire::Octets in) override;
  void peer_finished(Turn& turn) override;
  void deadline(Turn& turn) override;
  void stopping(Turn& turn) override;
  void drained(Turn& turn) override;
  void ended(Turn&, EndReason) override { exchange_.reset(); }

 private:
  std::size_t take_head(Turn& turn, wire::ConstOctets in);
  std::size_t take_body(Turn& turn, wire::ConstOctets in);
  void begin_body(Turn& turn, bool octets_follow);
  void answer(Turn& turn);
  void write_answer(Turn& turn, const HttpAnswer& answer);
  void write_head_failed(Turn& turn);
  void pump(Turn& turn);
  void done(Turn& turn);
  void refuse(Turn& turn, wire::WireError error);
  void refuse(Turn& turn, int status, std::string_view text);
  void set_deadline(Turn& turn);
  [[nodiscard]] bool busy_answering() const {
    return exchange_ != nullptr && exchange_->stream != nullptr;
  }

  std::shared_ptr<HttpService> service_;
  std::unique_ptr<HttpExchange> exchange_;
  bool stopping_ = false;
  bool finished_ = false;
};

}  // namespace osprey::net
