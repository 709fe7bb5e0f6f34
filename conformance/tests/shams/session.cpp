// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <cstdlib>

#include "close_code.hpp"
#include "spoil.hpp"
#include "text.hpp"

namespace sham {

Session::Session(Role role, const Options& options, const std::optional<DeflateParameters>& deflate)
    : role_(role),
      options_(&options),
      deflate_(deflate.has_value()),
      sender_(role, deflate),
      assembly_(role, deflate, options.message_limit) {}

// Whether input is still read: until a Close came or the connection was failed (RFC 6455 §7.1.7).
bool Session::goes_on() const {
  return life_ == Life::open ||
         (life_ == Life::closed &&
          (fault(Fault::data_after_close_answered) || fault(Fault::ping_after_close_answered)));
}

void Session::receive(std::string_view octets) {
  if (!goes_on()) {
    return;
  }
  in_ += octets;
  frames_in_read_ = 0;
  assembly_.begin_read();
  if (fault(Fault::mask_index_restarts_per_read)) {
    mask_offset_ = 0;
  }
  while (goes_on() && step()) {
  }
  end_read();
  in_.erase(0, at_);
  at_ = 0;
}

// What was held back while frames came that stood in one read.
void Session::end_read() {
  for (auto held = held_messages_.rbegin(); held != held_messages_.rend(); ++held) {
    echo(held->first, held->second);
  }
  held_messages_.clear();
  if (held_ping_ && odd(Oddity::last_ping_only) && life_ == Life::open) {
    send_pong(*held_ping_);
    held_ping_.reset();
  }
  const bool lost = (fault(Fault::coalesced_frames_lost) && frames_in_read_ > 0) ||
                    (fault(Fault::header_split_not_handled) && !frame_);
  if (lost) {
    at_ = in_.size();
  }
}

void Session::receive_end() {
  const bool inside_header = !frame_ && at_ < in_.size();
  if (inside_header && fault(Fault::crash_on_eof_in_header)) {
    std::abort();
  }
  if (inside_header && fault(Fault::spin_on_eof)) {
    spin();
  }
}

void Session::idle() {
  if (fault(Fault::closes_while_idle) && life_ == Life::open) {
    sender_.close(1000, "");
    life_ = Life::failed;
  }
}

// True if something was done, false if more octets are needed.
bool Session::step() {
  if (fault(Fault::coalesced_frames_lost) && frames_in_read_ > 0) {
    return false;
  }
  if (!frame_) {
    return begin_frame();
  }
  return take_payload();
}

Situation Session::situation() const {
  // What is known of a compressed message's size is what the inflater has let through so far.
  const std::size_t received = assembly_.was_compressed() ? 0 : assembly_.size();
  return {role_, deflate_, assembly_.open(), assembly_.open() ? received : 0,
          options_->message_limit};
}

bool Session::begin_frame() {
  const std::optional<ReadHeader> read = read_header(std::string_view(in_).substr(at_));
  if (!read) {
    return false;
  }
  at_ += read->size;
  const FrameHeader& header = read->header;
  taken_ = 0;
  if (!fault(Fault::mask_index_kept_across_frames)) {
    mask_offset_ = 0;
  }
  control_.clear();
  skipping_ = false;
  waste_memory(header);
  if (const std::optional<Failure> failure = check_header(header, situation())) {
    if (failure->code == kTooBig && fault(Fault::oversize_payload_parsed)) {
      return true;
    }
    skipping_ = true;
    if (failure->code != kTooBig || !fault(Fault::oversize_dropped)) {
      fail(*failure);
    }
    frame_ = header;
    return goes_on();
  }
  unmasked_seen_ = fault(Fault::unmasked_echoed_once) && !header.key;
  frame_ = header;
  if (role_ == Role::client && header.key && fault(Fault::masked_frame_ignored)) {
    skipping_ = true;
    return true;
  }
  if (!header.is_control()) {
    if (const std::optional<Failure> failure = begin_data(header)) {
      fail(*failure);
    }
  } else if (assembly_.open() && fault(Fault::control_drops_message)) {
    assembly_.drop();
  }
  return goes_on();
}

std::optional<Failure> Session::begin_data(const FrameHeader& header) {
  const bool reserved = header.opcode > kBinary;
  if (reserved && fault(Fault::reserved_data_opcode_ignored)) {
    skipping_ = true;
    return std::nullopt;
  }
  const bool begins = header.opcode != kContinuation;
  if (begins && assembly_.open() && fault(Fault::new_message_inside_accepted)) {
    return std::nullopt;
  }
  if (!begins && !assembly_.open()) {
    // Only a fault lets a lone continuation get here.
    if (fault(Fault::continuation_without_start_ignored) ||
        (fault(Fault::stray_continuation_after_compressed) && !assembly_.was_compressed())) {
      skipping_ = true;
      return fault(Fault::stray_continuation_after_compressed)
                 ? std::optional(Failure{kProtocolError, "continuation without a message"})
                 : std::nullopt;
    }
    const bool keeps_type = !fault(Fault::continuation_without_start_accepted);
    assembly_.begin(keeps_type && assembly_.is_text(), false);
    return std::nullopt;
  }
  if (begins) {
    const bool bit =
        (header.rsv & kRsv1) != 0 && (deflate_ || fault(Fault::compressed_unnegotiated_accepted));
    assembly_.begin(header.opcode == kText, bit || inflate_next_);
    inflate_next_ = false;
  }
  return std::nullopt;
}

void Session::unmask(std::string& chunk) const {
  if (frame_->key) {
    apply_mask(chunk, *frame_->key, mask_offset_);
  }
}

bool Session::take_payload() {
  const std::uint64_t missing = frame_->length - taken_;
  const std::size_t ready = in_.size() - at_;
  if (missing > 0 && ready == 0) {
    return false;
  }
  const std::size_t size = missing < ready ? static_cast<std::size_t>(missing) : ready;
  std::string chunk = in_.substr(at_, size);
  at_ += size;
  unmask(chunk);
  taken_ += size;
  mask_offset_ += size;
  if (skipping_) {
    // Dropped by a fault.
  } else if (frame_->is_control()) {
    control_ += chunk;
  } else if (const std::optional<Failure> failure = assembly_.feed(chunk)) {
    skipping_ = true;
    fail(*failure);
  }
  const bool whole = taken_ == frame_->length || fault(Fault::payload_split_not_handled);
  if (whole && goes_on()) {
    end_frame();
  }
  return goes_on();
}

void Session::end_frame() {
  ++frames_in_read_;
  const bool skipped = skipping_;
  const FrameHeader header = *frame_;
  if (header.length == 0 && fault(Fault::crash_on_empty_frame)) {
    std::abort();
  }
  if (skipped) {
    frame_.reset();
    return;
  }
  if (header.is_control()) {
    end_control();
  } else {
    end_data();
  }
  frame_.reset();
  if (unmasked_seen_ && life_ == Life::open) {
    fail({kProtocolError, "frame without mask"});
  }
}

void Session::end_data() {
  const bool ends = frame_->fin || (frame_->length == 0 && frame_->opcode == kContinuation &&
                                    fault(Fault::empty_fragment_ends_message));
  if (!ends && fault(Fault::each_fragment_a_message)) {
    deliver(assembly_.is_text(), std::string(assembly_.take_message()));
    return;
  }
  const std::optional<Failure> failure = ends ? assembly_.finish() : assembly_.end_frame();
  if (failure) {
    fail(*failure);
    return;
  }
  if (!ends || assembly_.dropped()) {
    return;
  }
  const bool fragmented = frame_->opcode == kContinuation;
  const bool is_text = assembly_.is_text() && !(fragmented && fault(Fault::fragment_type_lost));
  deliver(is_text, assembly_.take_message());
  if (held_ping_ && fault(Fault::ping_answered_after_message)) {
    send_pong(*held_ping_);
    held_ping_.reset();
  }
}

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

void Session::deliver(bool is_text, std::string message) {
  if (held_ping_ && odd(Oddity::last_ping_only)) {
    send_pong(*held_ping_);
    held_ping_.reset();
  }
  if (life_ == Life::closed && !fault(Fault::data_after_close_answered)) {
    return;
  }
  if (message.empty() && fault(Fault::empty_message_closes)) {
    life_ = Life::dropped;
    return;
  }
  if (message.empty() && fault(Fault::empty_message_lost)) {
    return;
  }
  spoil_message(is_text, message);
  if (handler_) {
    handler_(is_text, message);
  } else if (fault(Fault::echo_reversed) || fault(Fault::echo_lost_at_close)) {
    held_messages_.emplace_back(is_text, std::move(message));
  } else {
    echo(is_text, message);
  }
}

void Session::echo(bool is_text, const std::string& message) {
  sender_.message(is_text, message);
  if (fault(Fault::echo_twice)) {
    sender_.message(is_text, message);
  }
  if (fault(Fault::closes_after_first_message)) {
    sender_.close(1000, "");
    life_ = Life::failed;
  }
}

void Session::on_ping() {
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
  if (odd(Oddity::last_ping_only) ||
      (fault(Fault::ping_answered_after_message) && assembly_.open())) {
    held_ping_ = control_;
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
  const std::uint16_t code =
      control_.size() < 2
          ? kNoCode
          : static_cast<std::uint16_t>(octet(control_[0]) << 8 | octet(control_[1]));
  sender_.answer_close(code);
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
    hoard(header.length);
  }
  if (fault(Fault::fragments_cost_memory) && !header.is_control()) {
    hoard(1024);
  }
}

}  // namespace sham
