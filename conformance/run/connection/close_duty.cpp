// SPDX-License-Identifier: Apache-2.0
#include "run/connection/close_duty.hpp"

namespace conform {

void CloseDuty::asked(const wire::HttpHead& request) {
  const std::string& line = request.start_line;
  const bool old = line.ends_with(" HTTP/1.0") && !request.has_token("Connection", "keep-alive");
  asked_ = old || request.has_token("Connection", "close");
  to_head_ = line.starts_with("HEAD ");
}

bool CloseDuty::ends_with(const wire::Octets& response) const {
  std::size_t used = 0;
  const auto head = wire::read_head(response, used);
  // An interim response is not the last; behind a 101 there is no HTTP any more.
  if (!head || head->status() < 200) return false;
  if (!asked_ && !head->has_token("Connection", "close")) return false;
  wire::ResponseReader reader;
  reader.asked(to_head_);
  reader.feed(response);
  wire::HttpMessage message;
  return reader.next(message, false) && message.complete;
}

}  // namespace conform
