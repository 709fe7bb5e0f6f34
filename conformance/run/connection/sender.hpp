// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <utility>

#include "case/case.hpp"
#include "run/connection/channel.hpp"
#include "run/connection/close_duty.hpp"
#include "run/connection/handshake_text.hpp"

namespace conform {

// Brings the items of send steps onto the channel: lazily, so that a thousand messages are never
// held at once.
class Sender {
 public:
  Sender(Channel& channel, const PayloadMaker& payloads, HandshakeFacts& facts)
      : channel_(channel), payloads_(payloads), facts_(facts) {}

  void queue(const Send& send);
  // From now on items that are repeated are so this many times as often.
  void scale(std::uint64_t factor) { factor_ = factor; }
  // How many items went out that are repeated, since this was asked last.
  std::uint64_t take_repeated() { return std::exchange(repeated_, 0); }
  // Sends what may be sent now; called again whenever something was echoed or left to the kernel.
  void pump();
  bool idle() const { return jobs_.empty(); }
  // Where this end is the server: the request that is answered next.
  void answers(const wire::HttpHead& request) { duty_.asked(request); }
  bool half_closed() const { return half_closed_; }
  // The end that a response makes due (see CloseDuty) waits until it is let go: how fast it comes
  // then does not tell whether the client minds what the response says.
  void hold_end() { holds_end_ = true; }
  bool holds_due_end() const { return holds_end_ && close_due_; }
  void let_go_end();
  // A response of ours has gone out that opens a WebSocket, or tries to (client role).
  bool responded() const { return responded_; }
  // Sec-WebSocket-Extensions of the last upgrade request that was sent.
  const std::string& offer() const { return offer_; }

 private:
  struct Job {
    const Send* send;
    std::size_t item;
    std::uint64_t repetition;
  };
  enum class Step : std::uint8_t { done, more, blocked };
  Step one_item(Job& job, wire::Octets& out);
  bool may_repeat(const Item& item) const;
  std::uint64_t times_of(const Item& item) const;
  void handshake(const Item& item, wire::Octets& out);
  void answer(const Item& item, wire::Octets& out);
  void end_if_due();
  void tcp(TcpAct act);
  void read(const Item& item);
  void flush(const Job& job, wire::Octets& out);

  Channel& channel_;
  const PayloadMaker& payloads_;
  HandshakeFacts& facts_;
  std::deque<Job> jobs_;
  std::uint64_t factor_ = 1, repeated_ = 0;
  CloseDuty duty_;
  bool close_due_ = false;  // once what is being sent has left
  bool holds_end_ = false;
  bool half_closed_ = false;
  bool responded_ = false;
  std::string offer_;
  bool upgrade_sent_ = false;
  bool head_open_ = false;  // the last handshake left without its end; raw octets complete it
  bool pumping_ = false;
};

}  // namespace conform
