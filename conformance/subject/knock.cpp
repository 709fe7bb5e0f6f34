// SPDX-License-Identifier: Apache-2.0
#include "subject/knock.hpp"

namespace conform {

Knock::Knock(Loop& loop, const Address& address, std::function<void()> decided)
    : decided_(std::move(decided)), connection_(loop, *this) {
  connection_.connect(address, {}, 0);
}

void Knock::decide(bool open) {
  is_decided_ = true;
  is_open_ = open;
  if (decided_) decided_();
}

}  // namespace conform
