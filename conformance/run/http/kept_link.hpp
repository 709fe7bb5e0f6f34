// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "run/connection/sender.hpp"

namespace conform {

// A connection of an HTTP client that makes several exchanges: its requests are read one after the
// other, and what a case sends goes out on it.
class KeptLink : public ChannelObserver {
 public:
  // May be told inside a call to the link; must not destroy it there.
  class Host {
   public:
    virtual ~Host() = default;
    virtual void on_request(KeptLink& link, wire::HttpMessage request) = 0;
    virtual void on_news() = 0;
  };
  struct Shared {
    const PayloadMaker& payloads;
    HandshakeFacts& names;
  };
  // `number` counts the case's connections from 1.
  KeptLink(RunContext& context, Host& host, const std::string& name, int number, Shared shared,
           int fd);

  int number() const { return number_; }
  int requests() const { return requests_; }
  bool inside_request() const { return !reader_.pending().empty(); }
  void send(const Send& items);
  // A plain 200 with `osprey`, the last on this connection.
  void answer_plain();
  // Both ways at once.
  void drop() { channel_.dispose(); }
  // The end that a response of the case makes due: see Sender.
  bool holds_due_end() const { return sender_.holds_due_end(); }
  void let_go_end() { sender_.let_go_end(); }
  // The judge has ended its side, or all of it.
  bool ended_by_judge() const { return sender_.half_closed(); }
  bool open() { return channel_.connection()->open() && !channel_.seen.end; }
  Channel& channel() { return channel_; }
  TimePoint began() const { return began_; }

 private:
  void on_change() override;
  void on_writable() override { sender_.pump(); }

  Host& host_;
  int number_;
  Channel channel_;
  Sender sender_;
  wire::RequestReader reader_;
  int requests_ = 0;
  TimePoint began_ = Clock::now();
};

}  // namespace conform
