// SPDX-License-Identifier: Apache-2.0
#include "wire/message_reader.hpp"

#include <algorithm>

#include "wire/describe.hpp"
#include "wire/utf8.hpp"

namespace conform::wire {

bool legal_close_code(unsigned code) {
  if (code >= 3000 && code <= 4999) return true;
  // RFC 6455 §7.4.1: 1004, 1005, 1006 and 1015 never appear in a frame; 1012 to 1014 were
  // registered later.
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

bool MessageReader::violation(Event& event, std::string what) {
  event.kind = EventKind::violation;
  event.what = std::move(what);
  return true;
}

void MessageReader::count(const FrameSeen& frame) {
  ++facts_.frames;
  if (frame.masked) {
    ++facts_.masked;
    if (facts_.keys.size() < 4096) facts_.keys.push_back(frame.key);
  }
  if (!frame.shortest) ++facts_.overlong;
  if (frame.rsv != 0) ++facts_.rsv_set;
  const bool first = !is_control(frame.opcode) && frame.opcode != kContinuation;
  if ((frame.rsv & 3U) != 0 || (frame.rsv != 0 && !first)) ++facts_.rsv_misplaced;
  if (is_control(frame.opcode) && (frame.payload.size() > 125 || !frame.fin)) {
    ++facts_.control_illegal;
  }
  facts_.largest = std::max<std::uint64_t>(facts_.largest, frame.payload.size());
}

bool MessageReader::next(Event& event) {
  event = Event();
  FrameSeen frame;
  while (frames_.next(frame)) {
    count(frame);
    if (is_control(frame.opcode) ? control(frame, event) : data(frame, event)) return true;
  }
  if (frames_.unreadable().empty() || unreadable_told_) return false;
  unreadable_told_ = true;
  return violation(event, frames_.unreadable());
}

bool MessageReader::control(FrameSeen& frame, Event& event) {
  event.frames = 1;
  if (frame.opcode == kClose) return close_frame(frame, event);
  if (frame.opcode != kPing && frame.opcode != kPong) {
    return violation(event, "a frame with reserved opcode " + std::to_string(frame.opcode));
  }
  event.kind = frame.opcode == kPing ? EventKind::ping : EventKind::pong;
  event.payload = std::move(frame.payload);
  return true;
}

bool MessageReader::close_frame(const FrameSeen& frame, Event& event) {
  if (close_seen_) return violation(event, "a second Close");
  close_seen_ = true;
  event.kind = EventKind::close;
  const OctetView body = frame.payload;
  event.bad_close = true;
  if (body.size() == 1) return violation(event, "a Close with a body of one byte");
  event.bad_close = false;
  if (body.empty()) return true;
  const unsigned code = octet_at(body, 0) * 256U + octet_at(body, 1);
  event.code = static_cast<std::uint16_t>(code);
  event.payload = body.substr(2);
  event.bad_close = true;
  if (!legal_close_code(code)) {
    return violation(
        event, "a Close with code " + std::to_string(code) + ", which must not be sent in a frame");
  }
  if (!valid_utf8(event.payload)) return violation(event, "a Close whose reason is not UTF-8");
  event.bad_close = false;
  return true;
}

bool MessageReader::data(FrameSeen& frame, Event& event) {
  // RFC 6455 §5.5.1: no data frame follows a Close.
  if (close_seen_) {
    return violation(event, "a data frame (" + describe(frame.payload) + ") after its Close");
  }
  if (frame.opcode > kBinary) {
    return violation(event, "a frame with reserved opcode " + std::to_string(frame.opcode));
  }
  if (frame.opcode == kContinuation && !open_) {
    return violation(event, "a continuation frame with no message open");
  }
  if (frame.opcode != kContinuation) {
    if (open_) {
      open_.reset();
      return violation(event, "a new message while a fragmented one is open");
    }
    open_ = Open{frame.opcode, (frame.rsv & 4U) != 0 && inflater_ != nullptr, 0, {}};
  }
  ++open_->frames;
  if (open_->frames == 1) {
    open_->payload = std::move(frame.payload);
  } else {
    open_->payload += frame.payload;
  }
  return frame.fin && finish_message(event);
}

bool MessageReader::finish_message(Event& event) {
  Open message = std::move(*open_);
  open_.reset();
  event.kind = EventKind::message;
  event.opcode = message.opcode;
  event.frames = message.frames;
  event.compressed = message.compressed;
  if (message.compressed) {
    if (probing_) event.deflate = wire::probe_deflate(message.payload);
    const std::string why = inflater_->inflate_message(message.payload, event.payload);
    if (!why.empty())
      return violation(event, "a compressed message that cannot be inflated: " + why);
  } else {
    event.payload = std::move(message.payload);
  }
  if (event.opcode == kText && !valid_utf8(event.payload)) {
    return violation(event, "a text message that is not UTF-8: " + to_hex(event.payload, 24));
  }
  return true;
}

}  // namespace conform::wire
