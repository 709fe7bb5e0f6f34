// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "run/connection/context.hpp"
#include "run/connection/encoder.hpp"
#include "run/connection/seen.hpp"
#include "run/result/verdict.hpp"

namespace conform {

// Told after each change of what was seen.
class ChannelObserver {
 public:
  virtual ~ChannelObserver() = default;
  virtual void on_change() = 0;
  virtual void on_writable() {}
};

// One connection of a case, with both halves of the protocol above it.
class Channel : public ConnectionEvents {
 public:
  Channel(RunContext& context, ChannelObserver& observer, Role runtime_role,
          const std::string& name);

  // Elsewhere than to the run's target.
  void aim(const Address& address) { address_ = address; }
  void connect(int receive_buffer, bool tls);
  // Client role: the runtime's request has been read; `rest` came behind it.
  void adopt(std::unique_ptr<Connection> connection, wire::OctetView rest);
  ConnectionEvents& events() { return *this; }

  void send(wire::Octets octets, const Pieces& pieces = Pieces());
  // From now on frames flow; with deflate if the answer agrees to it.
  void enter_websocket(const std::optional<wire::DeflateAgreement>& deflate);
  bool in_websocket() const { return reader_ != nullptr; }
  void note(std::string what);  // a line of the timeline
  // Forgets what belongs to one expect.
  void begin_window();

  // A text whose echo, or a ping whose pong, is the judge's own business.
  void send_fence(bool ping);
  void send_close(std::uint16_t code);

  bool connected = false;
  std::string connect_error;
  bool reply_ping = true;
  bool reply_close = true;
  bool hold_tcp = false;  // client role: leave the end of TCP to the runtime
  bool keep_payloads = false;
  bool in_setup = true;
  bool pings_only = false;  // nothing is echoed: a pong is all that shows order
  bool surplus = false;     // what comes now answers nothing: it is no progress
  bool http = false;        // no frame ever flows, and interim responses are told apart
  Seen seen;
  Encoder encoder;
  Connection* connection() { return connection_.get(); }
  const Connection* connection() const { return connection_.get(); }
  const wire::MessageReader* reader() const { return reader_.get(); }
  wire::MessageReader* reader() { return reader_.get(); }
  wire::ResponseReader& responses() { return responses_; }
  const wire::ResponseReader& responses() const { return responses_; }
  TimePoint last_progress() const;
  TimePoint last_send() const { return last_send_; }
  // Bytes that were read before the connection came here.
  void record(wire::OctetView octets) {
    if (!octets.empty()) log(false, octets);
  }
  std::vector<OctetsAt> take_log() { return std::move(log_); }
  double ms_since_begin() const;
  void dispose();
  std::unique_ptr<Connection> release() { return std::move(connection_); }

 private:
  void on_connected() override;
  void on_failed(const ConnectFailure& why) override;
  void on_octets(std::string_view octets) override;
  void on_end(EndOfStream how) override;
  void on_drained() override { observer_.on_writable(); }

  // Text or ping whose answer shows that all before it was dealt with.
  struct Fence {
    int number;
    wire::Octets payload;
  };
  using Fences = std::vector<Fence>;

  void made_progress();
  void read_responses();
  // True where the bytes are no frames.
  bool told_http(wire::OctetView octets);
  void handle(wire::Event& event);
  void on_message(wire::Event& event);
  void on_pong(wire::Event& event);
  // Whether the message is one that the server sends of its own accord.
  bool is_unasked(const wire::Event& event);
  // Whether the payload is a fence's; `answered` when it is the last one of this step.
  bool take_fence(Fences& fences, const wire::Octets& payload, bool& answered) const;
  bool is_own_ping(const wire::Octets& payload) const;
  void on_close(wire::Event& event);
  void log(bool sent, wire::OctetView octets);

  RunContext& context_;
  ChannelObserver& observer_;
  Role role_;  // the runtime's
  std::string name_;
  Address address_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<wire::MessageReader> reader_;
  wire::ResponseReader responses_;
  TimePoint begin_ = Clock::now();
  TimePoint progress_ = Clock::now();
  TimePoint last_send_ = Clock::now();
  std::vector<OctetsAt> log_;
  std::size_t logged_ = 0;
  std::size_t kept_bytes_ = 0;  // of the log
  int fences_ = 0;
  int earlier_fences_ = 0;  // those of earlier steps: their answers may come late and say nothing
  Fences text_fences_, ping_fences_;
  std::vector<bool> greeted_;  // which messages of the greeting have come
  std::uint64_t received_ = 0;
};

}  // namespace conform
