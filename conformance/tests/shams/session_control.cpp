// SPDX-License-Identifier: Apache-2.0
// Control frames and failing: the part of a session that ends it.
#include <cstdlib>

#include "close_code.hpp"
#include "session.hpp"
#include "spoil.hpp"
#include "text.hpp"

namespace sham {

void Session::end_control() {
  if (assembly_.open() && fault(Fault::ping_clears_compressed)) {
    assembly_.forget_compression();
  }
  switch (frame_->opcode) {
    case kPing:
      on_ping();
      break;
    case kPong:
      if (fault(Fault::pong_fails_connection)) {
        fail({kProtocolError, "pong without ping"});
      } else if (fault(Fault::pong_answered)) {
        sender_.pong(control_);
      }
      break;
    case kClose:
      on_close();
      break;
    default:
      break;  // Dropped by a fault.
  }
}

void Session::on_ping() {
  tick();
  if (fault(Fault::rsv1_on_ping_arms_inflate) && (frame_->rsv & kRsv1) != 0) {
    inflate_next_ = true;
  }
  if (assembly_.open() && fault(Fault::control_payload_merged)) {
    assembly_.merge(control_);
  }
  const bool silent = fault(Fault::ping_not_answered) ||
                      (fault(Fault::empty_ping_not_answered) && control_.empty()) ||
                      (fault(Fault::ping_inside_not_answered) && assembly_.open()) ||
                      (life_ == Life::closed && !fault(Fault::ping_after_close_answered));
  if (silent) {
    return;
  }
  if (fault(Fault::pong_held)) {
    held_pongs_.push_back(control_);
    return;
  }
  if (odd(Oddity::last_ping_only) ||
      (fault(Fault::ping_answered_after_message) && assembly_.open())) {
    held_ping_ = control_;
    return;
  }
  if (odd(Oddity::pongs_newest_first)) {
    held_pings_.push_back(control_);
    return;
  }
  if (fault(Fault::pong_payload_masked) && frame_->key) {
    apply_mask(control_, *frame_->key);
  }
  send_pong(control_);
  if (fault(Fault::closes_after_ping)) {
    sender_.close(1000, "");
    life_ = Life::failed;
  }
}

// RFC 6455 §5.5.3: a pong carries what the ping carried.
void Session::send_pong(const std::string& payload) {
  if (!first_ping_) {
    first_ping_ = payload;
  }
  const std::string answered = spoiled_pong(payload, *first_ping_);
  if (fault(Fault::ping_answered_with_ping)) {
    sender_.ping(answered);
  } else if (fault(Fault::ping_echoed_as_text)) {
    sender_.message(true, answered);
  } else {
    sender_.pong(answered);
  }
  if (fault(Fault::ping_answered_twice)) {
    sender_.pong(answered);
  }
}

std::optional<Failure> Session::check_close() const {
  if (control_.empty()) {
    return fault(Fault::close_empty_refused)
               ? std::optional(Failure{kProtocolError, "close without a code"})
               : std::nullopt;
  }
  // RFC 6455 §5.5.1: a body has the two octets of a code at least.
  if (control_.size() == 1) {
    return fault(Fault::close_one_octet_accepted)
               ? std::nullopt
               : std::optional(Failure{kProtocolError, "close with half a code"});
  }
  const auto code = static_cast<std::uint16_t>(octet(control_[0]) << 8 | octet(control_[1]));
  if (!is_sendable_code(code)) {
    return Failure{fault(Fault::close_refusal_echoes_code) ? code : kProtocolError,
                   "close code that nobody may send"};
  }
  const std::string_view reason = std::string_view(control_).substr(2);
  const bool refused = (fault(Fault::close_reason_refused) && !reason.empty()) ||
                       (fault(Fault::close_longest_reason_refused) && reason.size() == 123);
  if (refused) {
    return Failure{kProtocolError, "close with a reason"};
  }
  // RFC 6455 §8.1: the reason is UTF-8 too.
  if (!is_utf8(reason) && !fault(Fault::close_reason_not_checked)) {
    return Failure{kInvalidData, "close reason is not UTF-8"};
  }
  return std::nullopt;
}

// RFC 6455 §5.5.1: the code that came, or none if none came.
std::uint16_t Session::answered_code() const {
  if (control_.size() < 2) {
    return control_.empty() || !fault(Fault::close_one_octet_accepted) ? kNoCode : kNormal;
  }
  const auto code = static_cast<std::uint16_t>(octet(control_[0]) << 8 | octet(control_[1]));
  return code == kNoCode && fault(Fault::close_code_1005_accepted) ? kNormal : code;
}

void Session::on_close() {
  const bool ignored = life_ != Life::open || fault(Fault::close_ignored) ||
                       (fault(Fault::close_inside_ignored) && assembly_.open());
  if (ignored) {
    return;
  }
  if (const std::optional<Failure> failure = check_close()) {
    fail(*failure);
    return;
  }
  if (fault(Fault::echo_lost_at_close)) {
    held_messages_.clear();
  }
  end_read();
  if (fault(Fault::close_not_answered)) {
    life_ = Life::dropped;
    return;
  }
  sender_.answer_close(answered_code());
  if (fault(Fault::data_after_close_sent)) {
    sender_.message(true, "one more thing");
  }
  life_ = Life::closed;
}

// RFC 6455 §7.1.7: say why with a Close, then read nothing more.
void Session::fail(const Failure& failure) {
  if (failure.code == kTooBig && fault(Fault::limit_crashes)) {
    std::abort();
  }
  if (fault(Fault::fail_crash)) {
    std::abort();
  }
  if (fault(Fault::fail_is_silence)) {
    life_ = Life::stuck;
    return;
  }
  if (odd(Oddity::drops_without_close)) {
    life_ = Life::dropped;
    return;
  }
  if (odd(Oddity::fails_with_empty_close)) {
    sender_.close(kNoCode, "");
  } else if (!ever_failed_) {
    sender_.close(spoiled_failure_code(failure.code), failure.text);
  }
  ever_failed_ = true;
  life_ = fault(Fault::fail_goes_on) ? Life::open : Life::failed;
}

void Session::waste_memory(const FrameHeader& header) {
  const bool top_bit = header.length >> 63 != 0;
  if (top_bit && fault(Fault::crash_on_top_bit_length)) {
    std::abort();
  }
  if (top_bit && fault(Fault::spin_on_top_bit_length)) {
    spin();
  }
  if (fault(Fault::announced_length_allocated)) {
    squander(header.length);
  }
  if (fault(Fault::fragments_cost_memory) && !header.is_control()) {
    hoard(256);
  }
}

}  // namespace sham
