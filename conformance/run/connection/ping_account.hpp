// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string_view>
#include <unordered_map>

#include "wire/octets.hpp"

namespace conform {

// The pings of one expect and what became of them. Their pongs may come in any order: RFC 6455
// §5.5.3 asks for none. One step for each ping and pong, however many there are.
class PingAccount {
 public:
  void sent(wire::Octets payload);
  // A pong came; it may be one that nobody asked for.
  void answered(const wire::Octets& payload);
  void clear();

  bool has(std::string_view payload) const { return tallies_.contains(payload); }
  std::size_t size() const { return payloads_.size(); }
  std::size_t unanswered() const { return unanswered_; }
  bool last_answered() const { return payloads_.empty() || last_answered_; }
  const wire::Octets& last() const { return payloads_.back(); }
  // The first ping that still has no pong; there has to be one.
  const wire::Octets& first_unanswered() const;

 private:
  struct Tally {
    std::size_t sent = 0, answered = 0;
  };
  std::deque<wire::Octets> payloads_;  // stay where they are: the tallies point to them
  std::unordered_map<std::string_view, Tally> tallies_;
  std::size_t unanswered_ = 0;
  bool last_answered_ = false;
  mutable std::size_t first_ = 0;  // all before it are answered
};

}  // namespace conform
