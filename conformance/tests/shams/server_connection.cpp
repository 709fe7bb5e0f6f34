// SPDX-License-Identifier: Apache-2.0
#include "server_connection.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "fault.hpp"
#include "http.hpp"
#include "server_handshake.hpp"

namespace sham {
namespace {

constexpr std::ptrdiff_t kManyFields = 200;

// What a server that cannot wait for the key may say.
std::string answer_to_example() {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
}

}  // namespace

ServerConnection::ServerConnection(Stream stream, const Options& options)
    : Connection(std::move(stream), Role::server, options) {
  keeps_deadline_ = !fault(Fault::handshake_deadline_missing) && !fault(Fault::never_closing) &&
                    !fault(Fault::mute);
}

void ServerConnection::on_head() {
  // A faulty server may take one request after another.
  while (phase() == Phase::handshake && !head_.empty() && on_one_head()) {
  }
}

// True if a request was answered and the next one may follow.
bool ServerConnection::on_one_head() {
  // Looking through all of it again and again would end at the handshake's limit first.
  if (fault(Fault::head_limit_missing) && head_.size() > options().head_limit &&
      !head_.ends_with("\r\n\r\n")) {
    return false;
  }
  // RFC 9112 §2.2: an empty line before a request is skipped.
  if (head_.starts_with("\r\n")) {
    head_.erase(0, 2);
  }
  const std::optional<std::size_t> end = head_end(head_);
  const std::size_t size = end.value_or(head_.size());
  if (fault(Fault::crash_on_many_fields) &&
      std::count(head_.begin(), head_.end(), '\n') > kManyFields) {
    std::abort();
  }
  if (size > options().head_limit && !fault(Fault::head_limit_missing)) {
    refuse_with(refuse(431, "the request head is too long"));
    return false;
  }
  if (has_bare_lf(std::string_view(head_).substr(0, size))) {
    refuse_with(refuse(400, "a line ends without CR"));
    return false;
  }
  if (!end) {
    if (fault(Fault::half_request_answered) && !half_answered_ && head_.size() > 16) {
      half_answered_ = true;
      out_ += answer_to_example();
    }
    if (fault(Fault::handshake_split_not_handled)) {
      refuse_with(refuse(400, "the request is not whole"));
    }
    return false;
  }
  const ServerAnswer answer = answer_request(std::string_view(head_).substr(0, *end), options());
  std::string behind = head_.substr(*end);
  // RFC 9110 §15.2: interim responses are for HTTP/1.1.
  if (odd(Oddity::early_hints) && head_.find(" HTTP/1.1\r\n") < *end) {
    out_ += "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  }
  if (!answer.upgraded) {
    head_ = std::move(behind);
    refuse_with(answer);
    return answer.leaves_open;
  }
  if (!half_answered_) {
    out_ += answer.octets;
  }
  if (fault(Fault::frames_behind_request_dropped)) {
    behind.clear();
  }
  open_session(answer.deflate, behind);
  return false;
}

void ServerConnection::refuse_with(const ServerAnswer& answer) {
  if (answer.silent) {
    abandon();
    return;
  }
  out_ += answer.octets;
  if (fault(Fault::refusal_without_end)) {
    abandon();
  } else if (answer.leaves_open) {
    restart_deadline();
  } else {
    // RFC 6455 §7.2.2: a refused connection is closed.
    end();
  }
}

}  // namespace sham
