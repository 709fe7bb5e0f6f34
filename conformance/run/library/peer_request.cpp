// SPDX-License-Identifier: Apache-2.0
#include "run/library/peer_request.hpp"

namespace conform {

PeerRequest::PeerRequest(Loop& loop, int fd, SSL_CTX* tls, std::function<void()> changed)
    : connection_(std::make_unique<Connection>(loop, *this)), changed_(std::move(changed)) {
  connection_->adopt(fd, tls);
}

void PeerRequest::on_failed(const ConnectFailure& why) {
  asked_ = asked_ || why.plain_http;
  end();
}

void PeerRequest::end() {
  ended_ = !complete_;
  changed_();
}

void PeerRequest::on_octets(std::string_view octets) {
  asked_ = true;
  if (complete_) return;
  in_ += octets;
  read();
  if (complete_) changed_();
}

void PeerRequest::read() {
  if (!have_head_) {
    std::size_t used = 0;
    auto head = wire::read_head(in_, used);
    if (!head) return;
    have_head_ = true;
    const bool body = head->first("Content-Length") || head->first("Transfer-Encoding");
    request_.head = std::move(*head);
    if (!body) {
      request_.rest = in_.substr(used);
      complete_ = true;
      return;
    }
    // RFC 9112 §6.3: what frames the content of a request frames that of a response, but for the
    // end of the connection, which is not asked for here.
    body_.feed("HTTP/1.1 200 OK\r\n");
    taken_ = in_.find('\n') + 1;
  }
  body_.feed(std::string_view(in_).substr(taken_));
  taken_ = in_.size();
  wire::HttpMessage message;
  if (!body_.next(message, false)) return;
  request_.body = std::move(message.body);
  request_.rest = body_.take_rest();
  complete_ = true;
}

}  // namespace conform
