// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <cstdlib>
#include <utility>

#include "close_code.hpp"
#include "spoil.hpp"
#include "text.hpp"

namespace sham {

constexpr std::uint64_t kStepsOfARead = 200'000;
constexpr std::uint64_t kStepsOfAFrame = 1'000;
constexpr std::size_t kLongEcho = 8192;
constexpr std::size_t kHeldEnd = 100;

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
  release_held();
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

// What a fault held back until more comes.
void Session::release_held() {
  sender_.output() += held_output_;
  held_output_.clear();
  const std::vector<std::string> pongs = std::exchange(held_pongs_, {});
  for (const std::string& payload : pongs) {
    sender_.pong(payload);
  }
  if (odd(Oddity::works_slowly)) {
    burn(kStepsOfARead);
  }
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
  for (; !held_pings_.empty() && life_ == Life::open; held_pings_.pop_back()) {
    send_pong(held_pings_.back());
  }
  std::string& output = sender_.output();
  if (fault(Fault::long_echo_end_held) && output.size() > kLongEcho && life_ == Life::open) {
    held_output_ = output.substr(output.size() - kHeldEnd);
    output.resize(output.size() - kHeldEnd);
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
  if ((fault(Fault::coalesced_frames_lost) || fault(Fault::coalesced_frames_held)) &&
      frames_in_read_ > 0) {
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
  if (odd(Oddity::collects_garbage)) {
    litter(frame_->length);
  }
  if (odd(Oddity::works_slowly)) {
    burn(kStepsOfAFrame);
  }
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
  tick();
  if (!options_->echoes) {
    return;
  }
  if (!options_->envelope.empty()) {
    sender_.message(true,
                    is_text ? enveloped(message) : "{\"type\":\"error\",\"reason\":\"text only\"}");
  } else {
    sender_.message(is_text, message);
  }
  if (fault(Fault::echo_twice)) {
    sender_.message(is_text, message);
  }
  if (fault(Fault::closes_after_first_message)) {
    sender_.close(1000, "");
    life_ = Life::failed;
  }
}

}  // namespace sham
