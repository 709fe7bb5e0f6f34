// SPDX-License-Identifier: Apache-2.0
#include "frame_checks.hpp"

#include "close_code.hpp"

namespace sham {
namespace {

constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;
constexpr std::uint64_t kSmallFrame = 4096;

std::optional<Failure> check_opcode(const FrameHeader& header) {
  const bool reserved_data = header.opcode > kBinary && header.opcode < kClose;
  const bool reserved_control = header.opcode > kPong;
  const bool data_lax =
      fault(Fault::reserved_data_opcode_ignored) || fault(Fault::reserved_data_opcode_echoed);
  if ((reserved_data && !data_lax) ||
      (reserved_control && !fault(Fault::reserved_control_opcode_ignored))) {
    return Failure{kProtocolError, "reserved opcode"};
  }
  return std::nullopt;
}

// The reserved bits that may be set on this frame.
unsigned allowed_bits(const FrameHeader& header, bool deflate) {
  unsigned bits = 0;
  if (deflate && (header.opcode == kText || header.opcode == kBinary)) {
    bits |= kRsv1;  // RFC 7692 §6: compressed, on the first frame of a message only
  }
  if (fault(Fault::rsv1_ignored) ||
      (fault(Fault::compressed_unnegotiated_accepted) && !header.is_control())) {
    bits |= kRsv1;
  }
  if (fault(Fault::rsv2_ignored)) {
    bits |= kRsv2;
  }
  if (fault(Fault::rsv3_ignored)) {
    bits |= kRsv3;
  }
  if ((fault(Fault::rsv_on_control_ignored) && header.is_control()) ||
      (fault(Fault::rsv_on_continuation_ignored) && header.opcode == kContinuation)) {
    bits |= kRsv1 | kRsv2 | kRsv3;
  }
  if (deflate) {
    if ((fault(Fault::rsv1_on_continuation_accepted) && header.opcode == kContinuation) ||
        (fault(Fault::rsv1_on_control_accepted) && header.is_control()) ||
        (fault(Fault::rsv1_on_ping_arms_inflate) && header.opcode == kPing)) {
      bits |= kRsv1;
    }
    if (fault(Fault::rsv2_ignored_with_deflate)) {
      bits |= kRsv2 | kRsv3;
    }
  }
  return bits;
}

bool unmasked_is_lax(const FrameHeader& header) {
  return fault(Fault::unmasked_accepted) || fault(Fault::unmasked_echoed_once) ||
         (fault(Fault::unmasked_control_accepted) && header.is_control()) ||
         (fault(Fault::unmasked_empty_accepted) && header.length == 0) ||
         (fault(Fault::unmasked_continuation_accepted) && header.opcode == kContinuation);
}

std::optional<Failure> check_mask(const FrameHeader& header, Role role) {
  // RFC 6455 §5.1: a server fails the connection on a frame without mask.
  const bool counts_as_unmasked =
      !header.key || (fault(Fault::zero_key_taken_as_unmasked) && *header.key == MaskKey{});
  if (role == Role::server && counts_as_unmasked && !unmasked_is_lax(header)) {
    return Failure{kProtocolError, "frame without mask"};
  }
  // RFC 6455 §5.1: a client fails the connection on a masked frame.
  const bool lax = fault(Fault::masked_accepted) || fault(Fault::masked_frame_ignored) ||
                   (fault(Fault::masked_control_accepted) && header.is_control());
  if (role == Role::client && header.key && !lax) {
    return Failure{kProtocolError, "masked frame from a server"};
  }
  return std::nullopt;
}

std::optional<Failure> check_length(const FrameHeader& header) {
  // RFC 6455 §5.2: the top bit of a 64-bit length is zero.
  if ((header.length & kTopBit) != 0) {
    return Failure{kProtocolError, "length with the top bit set"};
  }
  // RFC 6455 §5.2: a length is written in the shortest form.
  const bool long_16 = header.form == 16 && header.length < 126;
  const bool long_64 = header.form == 64 && header.length < 65536;
  if ((long_16 && !fault(Fault::overlong_16_accepted)) ||
      (long_64 && !fault(Fault::overlong_64_accepted) && !fault(Fault::length_top_bit_ignored) &&
       !fault(Fault::length_cut_to_32_bits))) {
    return Failure{kProtocolError, "length not in its shortest form"};
  }
  if (header.form == 16 && header.length > 32767 && fault(Fault::length_16_signed)) {
    return Failure{kProtocolError, "negative length"};
  }
  if (header.form == 64 && fault(Fault::length_64_unknown)) {
    return Failure{kProtocolError, "unknown length form"};
  }
  return std::nullopt;
}

std::optional<Failure> check_control(const FrameHeader& header, bool in_message) {
  const bool long_ok = (fault(Fault::long_ping_accepted) && header.opcode == kPing) ||
                       (fault(Fault::long_pong_accepted) && header.opcode == kPong) ||
                       (fault(Fault::long_close_accepted) && header.opcode == kClose);
  // RFC 6455 §5.5: at most 125 octets.
  if (header.length > 125 && !long_ok) {
    return Failure{kProtocolError, "control frame over 125 octets"};
  }
  const bool open_ok = (fault(Fault::fragmented_ping_accepted) && header.opcode == kPing) ||
                       (fault(Fault::fragmented_pong_accepted) && header.opcode == kPong) ||
                       (fault(Fault::fragmented_close_accepted) && header.opcode == kClose);
  // RFC 6455 §5.5: never fragmented.
  if (!header.fin && !open_ok) {
    return Failure{kProtocolError, "fragmented control frame"};
  }
  if (in_message && fault(Fault::control_inside_refused)) {
    return Failure{kProtocolError, "control frame inside a message"};
  }
  return std::nullopt;
}

std::optional<Failure> check_sequence(const FrameHeader& header, const Situation& situation) {
  const bool lone_ok = fault(Fault::continuation_without_start_accepted) ||
                       fault(Fault::continuation_without_start_ignored) ||
                       fault(Fault::continuation_after_message_appended) ||
                       fault(Fault::stray_continuation_after_compressed);
  // RFC 6455 §5.4: a continuation needs an open message.
  if (header.opcode == kContinuation && !situation.in_message && !lone_ok) {
    return Failure{kProtocolError, "continuation without a message"};
  }
  const bool inside_ok =
      fault(Fault::new_message_inside_accepted) || fault(Fault::new_message_inside_replaces);
  // RFC 6455 §5.4: no new message before the open one has ended.
  if (header.opcode != kContinuation && situation.in_message && !inside_ok) {
    return Failure{kProtocolError, "new message inside a message"};
  }
  return std::nullopt;
}

std::optional<Failure> check_size(const FrameHeader& header, const Situation& situation) {
  if (fault(Fault::message_limit_missing)) {
    return std::nullopt;
  }
  if (odd(Oddity::small_frame_limit) && header.length > kSmallFrame) {
    return Failure{kPolicy, "frame too big"};
  }
  const std::size_t received = fault(Fault::limit_per_frame_only) ? 0 : situation.received;
  // RFC 6455 §10.4: too big is said as soon as it is known.
  const std::size_t limit = situation.size_limit - (fault(Fault::limit_one_less) ? 1 : 0);
  if (header.length > limit || received > limit - header.length) {
    return Failure{kTooBig, "message too big"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> check_header(const FrameHeader& header, const Situation& situation) {
  if (std::optional<Failure> failure = check_opcode(header)) {
    return failure;
  }
  if ((header.rsv & ~allowed_bits(header, situation.deflate)) != 0) {
    return Failure{kProtocolError, "reserved bit set"};
  }
  if (std::optional<Failure> failure = check_mask(header, situation.role)) {
    return failure;
  }
  if (std::optional<Failure> failure = check_length(header)) {
    return failure;
  }
  if (header.is_control()) {
    return check_control(header, situation.in_message);
  }
  if (std::optional<Failure> failure = check_sequence(header, situation)) {
    return failure;
  }
  return check_size(header, situation);
}

}  // namespace sham
