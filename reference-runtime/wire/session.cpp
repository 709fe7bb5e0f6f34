// SPDX-License-Identifier: Apache-2.0
#include "wire/session.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "wire/spare.hpp"

namespace osprey::wire {

struct Session::Stash {
  std::size_t size = 0;
  // The longest control frame; data frames are stashed only while their header is incomplete.
  std::array<std::uint8_t, 6 + kMaxControlPayload> octets;

  [[nodiscard]] Octets held() noexcept { return {octets.data(), size}; }
};

struct Session::Input {
  Octets in;
  SessionEvents& events;
  Buffer& out;
};

Session::Session(Role role, const Limits* limits, const std::optional<DeflateParameters>& deflate,
                 const DeflateSettings* deflate_settings)
    : limits_(limits), role_(role) {
  static const DeflateSettings defaults;
  if (deflate.has_value()) {
    deflate_ = std::make_unique<DeflateCodec>(
        role, *deflate, deflate_settings != nullptr ? deflate_settings : &defaults);
  }
}

Session::~Session() = default;

inline void Session::take_whole(MessageKind kind, Octets payload, bool ascii, Input& input) {
  // RFC 6455 §8.1: text that is not UTF-8 fails the connection.
  if (kind == MessageKind::text && !ascii && !is_utf8(payload)) {
    return fail(WireError::invalid_utf8, input);
  }
  input.events.on_message(kind, payload);
}

// The commonest frame of all, a whole message of at most 125 octets from a client: its first two
// octets cannot break a rule of RFC 6455 §5.2, and there are no others to look at. False: it is not
// one of these, or not all here.
inline bool Session::take_short_message(Input& input) {
  constexpr std::size_t kHeader = 2 + sizeof(MaskKey);
  if (role_ != Role::server || message_open_ || input.in.size() < kHeader) {
    return false;
  }
  const unsigned kind = input.in[0] ^ 0x80U;
  const std::size_t length = input.in[1] ^ 0x80U;
  if ((kind != 1 && kind != 2) || length > kMaxControlPayload || length > limits_->message ||
      length > input.in.size() - kHeader) {
    return false;
  }
  MaskKey key;
  std::memcpy(key.data(), input.in.data() + 2, key.size());
  const Octets payload = input.in.subspan(kHeader, length);
  input.in = input.in.subspan(kHeader + length);
  take_whole(static_cast<MessageKind>(kind), payload, apply_mask_to_short(payload, key), input);
  return true;
}

std::size_t Session::receive(Octets in, SessionEvents& events, Buffer& out) {
  Input input{in, events, out};
  try {
    while (!input.in.empty() && state_ != State::closed) {
      if (in_frame_) {
        take_payload(input);
      } else if (out.size() >= limits_->queued) {
        return in.size() - input.in.size();
      } else if (stash_ != nullptr) {
        take_stashed(input);
      } else if (!take_short_message(input)) {
        take_header(input);
      }
    }
  } catch (const std::bad_alloc&) {
    fail(WireError::out_of_memory, input);
  }
  return in.size();
}

void Session::take_header(Input& input) {
  FrameHeader header;
  const HeaderParse parse = parse_frame_header(input.in, context(), header);
  if (parse.error != WireError::none) {
    return fail(parse.error, input);
  }
  if (parse.size == 0) {
    return stash_rest(input);
  }
  const WireError error = length_error(header);
  if (error != WireError::none) {
    return fail(error, input);
  }
  const Octets rest = input.in.subspan(parse.size);
  if (!is_control(header.opcode)) {
    input.in = rest;
    return data_frame(header, input);
  }
  const auto length = static_cast<std::size_t>(header.length);
  if (rest.size() < length) {
    return stash_rest(input);
  }
  input.in = rest.subspan(length);
  control_frame(header, rest.first(length), input);
}

void Session::stash_rest(Input& input) {
  stash_ = std::make_unique<Stash>();
  std::memcpy(stash_->octets.data(), input.in.data(), input.in.size());
  stash_->size = input.in.size();
  input.in = {};
}

void Session::take_stashed(Input& input) {
  FrameHeader header;
  HeaderParse parse = parse_frame_header(stash_->held(), context(), header);
  // One octet at a time, so that a wrong one fails at once and the header's end is not overrun.
  while (parse.error == WireError::none && parse.size == 0) {
    if (input.in.empty()) {
      return;
    }
    stash_->octets[stash_->size++] = input.in.front();
    input.in = input.in.subspan(1);
    parse = parse_frame_header(stash_->held(), context(), header);
  }
  if (parse.error == WireError::none) {
    parse.error = length_error(header);
  }
  if (parse.error != WireError::none) {
    return fail(parse.error, input);
  }
  if (!is_control(header.opcode)) {
    stash_.reset();
    return data_frame(header, input);
  }
  const std::size_t whole = parse.size + static_cast<std::size_t>(header.length);
  const std::size_t part = std::min(whole - stash_->size, input.in.size());
  if (part != 0) {
    std::memcpy(stash_->octets.data() + stash_->size, input.in.data(), part);
  }
  stash_->size += part;
  input.in = input.in.subspan(part);
  if (stash_->size == whole) {
    const std::unique_ptr<Stash> stash = std::move(stash_);
    control_frame(header, stash->held().subspan(parse.size), input);
  }
}

void Session::data_frame(const FrameHeader& header, Input& input) {
  if (!message_open_) {
    if (header.fin && !header.rsv1 && header.length <= input.in.size()) {
      return whole_message(header, input);
    }
    open_message(header);
  }
  // RFC 6455 §10.4: empty fragments cost too, so they are counted and not only weighed.
  if (++fragments_ > limits_->fragments) {
    return fail(WireError::too_many_fragments, input);
  }
  in_frame_ = true;
  frame_fin_ = header.fin;
  remaining_ = header.length;
  key_ = header.key;
  take_payload(input);
}

void Session::whole_message(const FrameHeader& header, Input& input) {
  const auto length = static_cast<std::size_t>(header.length);
  const Octets payload = input.in.first(length);
  input.in = input.in.subspan(length);
  const bool ascii = header.masked && apply_mask(payload, header.key);
  take_whole(static_cast<MessageKind>(header.opcode), payload, ascii, input);
}

void Session::open_message(const FrameHeader& header) noexcept {
  message_open_ = true;
  compressed_ = header.rsv1;
  kind_ = static_cast<MessageKind>(header.opcode);
  fragments_ = 0;
  utf8_.reset();
}

void Session::take_payload(Input& input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.in.size()));
  const Octets part = input.in.first(size);
  input.in = input.in.subspan(size);
  if (size != 0) {
    const WireError error = compressed_ ? add_compressed(part) : add_plain(part);
    if (error != WireError::none) {
      return fail(error, input);
    }
    remaining_ -= size;
    key_ = rotated(key_, size);
  }
  if (remaining_ == 0) {
    in_frame_ = false;
    if (frame_fin_) {
      end_message(input);
    }
  }
}

WireError Session::add_plain(Octets part) {
  if (message_.capacity() == 0) {
    message_ = borrow_spare();
  }
  const std::size_t known = message_.size();
  if (part.size() > message_.capacity() - known) {
    // Room for the whole frame if it is near, but never more than twice what has arrived: lengths
    // are only announced.
    const std::uint64_t most = known + 2 * part.size();
    message_.reserve(static_cast<std::size_t>(std::min(remaining_, most)));
  }
  std::uint8_t* const to = message_.extend(part.size());
  bool ascii = false;
  if (role_ == Role::server) {
    ascii = copy_masked(to, part, key_);
  } else {
    std::memcpy(to, part.data(), part.size());
  }
  return ascii && utf8_.complete() ? WireError::none : check_text(known);
}

WireError Session::add_compressed(Octets part) {
  if (role_ == Role::server) {
    apply_mask(part, key_);
  }
  if (message_.capacity() == 0) {
    message_ = borrow_spare();
  }
  const std::size_t known = message_.size();
  const WireError error = deflate_->inflate(part, limits_->message, message_);
  // What came out before an error is judged first, so that the verdict does not depend on how the
  // input was cut.
  const WireError text_error = check_text(known);
  return text_error != WireError::none ? text_error : error;
}

// Checks what was added to the message after its first `known` octets.
WireError Session::check_text(std::size_t known) noexcept {
  // RFC 6455 §8.1: wrong UTF-8 fails the connection, and waiting for the message's end would help
  // nobody.
  return kind_ == MessageKind::binary || utf8_.feed(message_.octets().subspan(known))
             ? WireError::none
             : WireError::invalid_utf8;
}

void Session::end_message(Input& input) {
  WireError error = WireError::none;
  if (compressed_) {
    const std::size_t known = message_.size();
    error = deflate_->finish_inflate(limits_->message, message_);
    const WireError text_error = check_text(known);
    if (text_error != WireError::none) {
      error = text_error;
    }
  }
  // RFC 6455 §5.6: the message as a whole is valid, so it does not end inside a character.
  if (error == WireError::none && kind_ == MessageKind::text && !utf8_.complete()) {
    error = WireError::invalid_utf8;
  }
  if (error != WireError::none) {
    return fail(error, input);
  }
  message_open_ = false;
  compressed_ = false;
  Buffer message = std::move(message_);
  input.events.on_message(kind_, message.octets());
  return_spare(std::move(message));
}

void Session::control_frame(const FrameHeader& header, Octets payload, Input& input) {
  if (header.masked) {
    apply_mask(payload, header.key);
  }
  if (header.opcode == Opcode::close) {
    return close_frame(payload, input);
  }
  if (header.opcode == Opcode::pong) {
    return input.events.on_pong(payload);
  }
  // RFC 6455 §5.5.2: a Ping is answered with its own octets until the peer's Close was read.
  const WireError error = append_frame(Opcode::pong, false, payload, input.out);
  if (error != WireError::none) {
    return fail(error, input);
  }
  input.events.on_ping(payload);
}

void Session::close_frame(ConstOctets payload, Input& input) {
  Close close;
  if (!payload.empty()) {
    close.code = static_cast<std::uint16_t>((payload[0] << 8U) | payload[1]);
    close.reason = text_of(payload.subspan(2));
    // RFC 6455 §7.4: reserved and unassigned codes must not be used.
    if (!is_wire_close_code(close.code)) {
      return fail(WireError::close_code_invalid, input);
    }
    // RFC 6455 §5.5.1: the reason is UTF-8.
    if (!is_utf8(payload.subspan(2))) {
      return fail(WireError::close_reason_not_utf8, input);
    }
  }
  close_received_ = true;
  // RFC 6455 §5.5.1: a Close is answered with a Close, by custom with the same code, unless ours
  // was first.
  if (state_ == State::open) {
    const WireError error = append_close(close.code, {}, input.out);
    if (error != WireError::none) {
      return fail(error, input);
    }
  }
  state_ = State::closed;
  drop_message();
  input.in = {};
  input.events.on_close(close);
}

// RFC 6455 §7.1.7: one Close with the reason if none went out yet, and nothing of the peer is
// looked at any more.
void Session::fail(WireError error, Input& input) noexcept {
  const RuleText& rule = rule_of(error);
  if (state_ == State::open) {
    try {
      // Where even this fails (no memory, no random mask) the connection ends without a Close.
      (void)append_close(rule.close_code, rule.text, input.out);
    } catch (const std::bad_alloc&) {
      state_ = State::closed;
    }
  }
  state_ = State::closed;
  drop_message();
  input.in = {};
  input.events.on_error(error, rule.text);
}

void Session::drop_message() noexcept {
  message_.release();
  stash_.reset();
  deflate_.reset();
  in_frame_ = false;
  message_open_ = false;
  compressed_ = false;
}

FrameContext Session::context() const noexcept {
  return {role_, deflate_ != nullptr, message_open_};
}

WireError Session::length_error(const FrameHeader& header) const noexcept {
  if (is_control(header.opcode)) {
    // RFC 6455 §5.5.1: a Close body begins with a status code of two octets.
    return header.opcode == Opcode::close && header.length == 1 ? WireError::close_body_short
                                                                : WireError::none;
  }
  // RFC 6455 §10.4: the announced length already counts, and so does what came before it.
  const std::size_t known = header.rsv1 || compressed_ ? 0 : message_.size();
  return header.length > limits_->message - known ? WireError::message_too_big : WireError::none;
}

bool Session::between_messages() const noexcept {
  return !message_open_ && stash_ == nullptr;
}

std::size_t Session::held_octets() const noexcept {
  return message_.capacity() + (stash_ != nullptr ? sizeof(Stash) : 0) +
         (deflate_ != nullptr ? sizeof(DeflateCodec) : 0);
}

}  // namespace osprey::wire
