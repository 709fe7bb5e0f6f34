// SPDX-License-Identifier: Apache-2.0
#include "client_connection.hpp"

#include <utility>

#include "accept_key.hpp"
#include "client_handshake.hpp"
#include "fault.hpp"
#include "http.hpp"

namespace sham {
namespace {

constexpr int kInterimLimit = 16;

// A message sent when none may be.
std::string early_frame() {
  Sender sender(Role::client, std::nullopt);
  sender.message(true, "early");
  return sender.output();
}

}  // namespace

ClientConnection::ClientConnection(Stream stream, const Url& url, const Options& options,
                                   Session::Handler handler)
    : Connection(std::move(stream), Role::client, options), url_(url), key_(new_key()) {
  handler_ = std::move(handler);
  keeps_deadline_ = !fault(Fault::response_deadline_missing) && !fault(Fault::never_closing) &&
                    !fault(Fault::response_head_unlimited) && !fault(Fault::interims_without_end) &&
                    !fault(Fault::mute);
  if (fault(Fault::mute) || fault(Fault::parrot)) {
    return;
  }
  if (fault(Fault::garbage)) {
    out_ = random_octets(97);
    return;
  }
  out_ = build_request(url, key_, options);
  if (fault(Fault::data_before_response)) {
    out_ += early_frame();
  }
}

void ClientConnection::on_head() {
  while (phase() == Phase::handshake && on_one_head()) {
  }
}

// True if an interim response was passed over and more has come.
bool ClientConnection::on_one_head() {
  const std::optional<std::size_t> end = head_end(head_);
  const std::size_t size = end.value_or(head_.size());
  const bool too_long = size > options().head_limit && !fault(Fault::response_head_unlimited);
  if (too_long || has_bare_lf(std::string_view(head_).substr(0, size))) {
    refuse();
    return false;
  }
  if (!end) {
    if (fault(Fault::response_split_not_handled)) {
      refuse();
    }
    return false;
  }
  const ResponseVerdict verdict =
      check_response(std::string_view(head_).substr(0, *end), key_, options());
  std::string behind = head_.substr(*end);
  switch (verdict.kind) {
    case ResponseVerdict::Kind::interim:
      head_ = std::move(behind);
      if (++interims_ > kInterimLimit && !fault(Fault::interims_without_end)) {
        refuse();
        return false;
      }
      return !head_.empty();
    case ResponseVerdict::Kind::open:
      opened_ = true;
      // RFC 6455 §4.1: frames may stand right behind the response.
      if (fault(Fault::frames_behind_response_lost)) {
        behind.clear();
      }
      open_session(verdict.deflate, behind);
      break;
    case ResponseVerdict::Kind::refused:
      location_ = verdict.location;
      if (asks_again(verdict, behind)) {
        return !head_.empty();
      }
      refuse(verdict.http);
      break;
  }
  return false;
}

// RFC 6455 §4.1: what is no 101 is answered as HTTP allows, here by one more handshake.
bool ClientConnection::asks_again(const ResponseVerdict& verdict, const std::string& behind) {
  const bool may = verdict.http && verdict.serves_on && behind.size() >= verdict.content;
  if (!odd(Oddity::asks_again_on_refusal) || !may || asked_again_) {
    return false;
  }
  asked_again_ = true;
  key_ = new_key();
  out_ += build_request(url_, key_, options());
  head_ = behind.substr(verdict.content);
  return true;
}

void ClientConnection::refuse(bool by_http) {
  parked_ = by_http && odd(Oddity::keeps_refused);
  if (fault(Fault::data_after_refusal)) {
    out_ += early_frame();
  }
  if (parked_ || fault(Fault::refused_response_left_open)) {
    abandon();
  } else {
    end();
  }
}

}  // namespace sham
