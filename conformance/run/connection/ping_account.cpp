// SPDX-License-Identifier: Apache-2.0
#include "run/connection/ping_account.hpp"

namespace conform {

void PingAccount::sent(wire::Octets payload) {
  payloads_.push_back(std::move(payload));
  ++tallies_[payloads_.back()].sent;
  ++unanswered_;
  last_answered_ = false;
}

void PingAccount::answered(const wire::Octets& payload) {
  const auto found = tallies_.find(payload);
  if (found == tallies_.end() || found->second.answered == found->second.sent) return;
  ++found->second.answered;
  --unanswered_;
  last_answered_ = last_answered_ || payload == payloads_.back();
}

void PingAccount::clear() {
  tallies_.clear();
  payloads_.clear();
  unanswered_ = first_ = 0;
  last_answered_ = false;
}

const wire::Octets& PingAccount::first_unanswered() const {
  const auto settled = [this](const wire::Octets& payload) {
    const Tally& tally = tallies_.at(payload);
    return tally.answered == tally.sent;
  };
  while (first_ + 1 < payloads_.size() && settled(payloads_[first_])) ++first_;
  return payloads_[first_];
}

}  // namespace conform
