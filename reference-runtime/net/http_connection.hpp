// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 on one connection (RFC 9112 §9): requests one after the other, answers in their order,
// no routing.
#pragma once

#include <atomic>
#include <memory>
#include <osprey/http_server.hpp>
#include <string_view>

#include "net/connection_io.hpp"
#include "net/connection_state.hpp"
#include "net/handler_threads.hpp"
#include "net/http_exchange.hpp"
#include "net/protocol.hpp"
#include "wire/http/response.hpp"

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
  virtual void upgrade(ConnectionIo& conn, std::string_view head) = 0;
};

// What all connections of a server share. Outlives them: each holds it.
struct HttpService {
  HttpServerSettings settings;
  wire::http::BodyLimits body_limits;
  wire::http::RequestLimits request_limits;
  ConnectionPolicy policy;
  HttpHandler handler;
  std::size_t body_in_memory = 0;  // a longer body flows to its handler
  std::atomic<std::shared_ptr<UpgradeTarget>> upgrade;
  std::unique_ptr<HandlerThreads> uploads;

  // Never throws: a handler that does is a 500.
  HttpAnswer ask(const HttpRequestView& request) const noexcept;
};

class HttpConnection final : public Protocol {
 public:
  explicit HttpConnection(std::shared_ptr<HttpService> service) : service_(std::move(service)) {}

  void start(ConnectionIo& conn) override;
  std::size_t receive(ConnectionIo& conn, wire::Octets in) override;
  void peer_finished(ConnectionIo& conn) override;
  void deadline(ConnectionIo& conn) override;
  void stopping(ConnectionIo& conn) override;
  void drained(ConnectionIo& conn) override;
  void ended(ConnectionIo&, EndReason) override { exchange_.reset(); }

 private:
  std::size_t take_head(ConnectionIo& conn, wire::ConstOctets in);
  std::size_t take_body(ConnectionIo& conn, wire::ConstOctets in);
  void begin_body(ConnectionIo& conn, bool octets_follow);
  void begin_upload(ConnectionIo& conn);
  void body_ended(ConnectionIo& conn);
  void handler_answered(ConnectionIo& conn, Upload& upload);
  void write_answer(ConnectionIo& conn, HttpAnswer& answer);
  void pump(ConnectionIo& conn);
  void done(ConnectionIo& conn);
  void refuse(ConnectionIo& conn, const wire::http::Refusal& refusal);
  void set_deadline(ConnectionIo& conn);
  // An answer is being streamed.
  [[nodiscard]] bool busy_answering() const {
    return exchange_ != nullptr && exchange_->stream != nullptr;
  }
  // The body is whole, its handler has not answered yet.
  [[nodiscard]] bool awaits_handler() const {
    return exchange_ != nullptr && exchange_->body.upload() != nullptr &&
           exchange_->body_complete();
  }

  std::shared_ptr<HttpService> service_;
  ExchangePtr exchange_;
  bool stopping_ = false;
  bool finished_ = false;  // nothing more is taken
  bool upgraded_ = false;  // what follows is for the protocol that takes over
};

}  // namespace osprey::net
