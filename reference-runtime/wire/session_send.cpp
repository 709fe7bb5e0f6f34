// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "wire/session.hpp"
#include "wire/spare.hpp"

namespace osprey::wire {
namespace {

constexpr std::uint16_t kCloseMandatoryExtension = 1010;
constexpr std::size_t kMaxReason = kMaxControlPayload - 2;

// Runs what may throw std::bad_alloc and makes a value of it.
template <class Function>
WireError guarded(Function function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return WireError::out_of_memory;
  }
}

}  // namespace

WireError Session::append_frame(Opcode opcode, bool rsv1, ConstOctets payload, Buffer& out) {
  // A server's short frame, the commonest: two octets and the payload.
  if (role_ == Role::server && payload.size() <= kMaxControlPayload) {
    std::uint8_t* const to = out.extend(2 + payload.size());
    to[0] = static_cast<std::uint8_t>(kFin | (rsv1 ? kRsv1 : 0U) | static_cast<unsigned>(opcode));
    to[1] = static_cast<std::uint8_t>(payload.size());
    if (!payload.empty()) {
      std::memcpy(to + 2, payload.data(), payload.size());
    }
    return WireError::none;
  }
  FrameHeader header;
  header.length = payload.size();
  header.opcode = opcode;
  header.rsv1 = rsv1;
  // RFC 6455 §5.3: a client masks every frame, each with a fresh key; a server masks none.
  if (role_ == Role::client) {
    const std::optional<MaskKey> key = fresh_mask_key();
    if (!key.has_value()) {
      return WireError::no_randomness;
    }
    header.key = *key;
    header.masked = true;
  }
  const std::size_t before = out.size();
  std::uint8_t* const to = out.extend(kMaxFrameHeader + payload.size());
  const std::size_t size = write_frame_header(to, header);
  if (header.masked) {
    copy_masked(to + size, payload, header.key);
  } else if (!payload.empty()) {
    std::memcpy(to + size, payload.data(), payload.size());
  }
  out.truncate(before + size + payload.size());
  return WireError::none;
}

// Where compression was agreed.
WireError Session::append_message(MessageKind kind, ConstOctets payload, Buffer& out) {
  const auto opcode = static_cast<Opcode>(kind);
  if (payload.size() < deflate_->settings().threshold) {
    return append_frame(opcode, false, payload, out);
  }
  Buffer packed = borrow_spare();
  WireError error = deflate_->compress(payload, packed);
  if (error == WireError::none) {
    // RFC 7692 §6.1: RSV1 says that the message is compressed.
    error = append_frame(opcode, true, packed.octets(), out);
  }
  return_spare(std::move(packed));
  return error;
}

WireError Session::send_message(MessageKind kind, ConstOctets payload, Buffer& out) {
  // RFC 6455 §5.6: text is UTF-8.
  if (kind == MessageKind::text && !is_utf8(payload)) {
    return WireError::send_text_not_utf8;
  }
  return send_message_unchecked(kind, payload, out);
}

WireError Session::send_message_unchecked(MessageKind kind, ConstOctets payload, Buffer& out) {
  // RFC 6455 §5.5.1: no data frame follows our Close.
  if (state_ != State::open) {
    return WireError::send_not_open;
  }
  return guarded([&] {
    return deflate_ == nullptr ? append_frame(static_cast<Opcode>(kind), false, payload, out)
                               : append_message(kind, payload, out);
  });
}

WireError Session::send_control(Opcode opcode, ConstOctets payload, Buffer& out) noexcept {
  if (state_ != State::open) {
    return WireError::send_not_open;
  }
  // RFC 6455 §5.5: control frames carry at most 125 octets.
  if (payload.size() > kMaxControlPayload) {
    return WireError::send_control_too_long;
  }
  return guarded([&] { return append_frame(opcode, false, payload, out); });
}

WireError Session::send_ping(ConstOctets payload, Buffer& out) {
  return send_control(Opcode::ping, payload, out);
}

WireError Session::send_pong(ConstOctets payload, Buffer& out) {
  return send_control(Opcode::pong, payload, out);
}

WireError Session::append_close(std::uint16_t code, std::string_view reason, Buffer& out) {
  std::array<std::uint8_t, kMaxControlPayload> body{};
  std::size_t size = 0;
  // RFC 6455 §7.4.1: 1005 stands for "no code" and never goes on the wire.
  if (code != kCloseNoStatus) {
    body[0] = static_cast<std::uint8_t>(code >> 8U);
    body[1] = static_cast<std::uint8_t>(code & 0xFFU);
    if (!reason.empty()) {
      std::memcpy(body.data() + 2, reason.data(), reason.size());
    }
    size = 2 + reason.size();
  }
  return append_frame(Opcode::close, false, ConstOctets(body).first(size), out);
}

WireError Session::send_close(std::uint16_t code, std::string_view reason, Buffer& out) {
  if (state_ != State::open) {
    return WireError::send_not_open;
  }
  // RFC 6455 §7.4.1: 1010 is for clients that miss an extension.
  const bool sendable =
      is_wire_close_code(code) && !(code == kCloseMandatoryExtension && role_ == Role::server);
  if (!sendable && !(code == kCloseNoStatus && reason.empty())) {
    return WireError::send_close_code;
  }
  if (reason.size() > kMaxReason) {
    return WireError::send_control_too_long;
  }
  if (!is_utf8(octets_of(reason))) {
    return WireError::send_reason_not_utf8;
  }
  const WireError error = guarded([&] { return append_close(code, reason, out); });
  if (error == WireError::none) {
    state_ = State::closing;
  }
  return error;
}

}  // namespace osprey::wire
