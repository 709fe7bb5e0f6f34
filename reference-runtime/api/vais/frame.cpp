// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.hpp"

#include <osprey/vais_websocket.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "api/vais/memory.hpp"

using osprey::api::vais::no_frame;
using osprey::api::vais::octets_at;
using osprey::api::vais::own_frame;
namespace wire = osprey::wire;

namespace {

constexpr std::int64_t kHighestOpcode = 15;

std::int64_t has_opcode(const WsFrame* frame, std::int64_t opcode) {
  return frame != nullptr && frame->opcode == opcode ? 1 : 0;
}

}  // namespace

WsFrame WsFrame_new(int64_t opcode, int64_t payload, int64_t payload_len) {
  const auto octets = octets_at(payload, payload_len);
  if (opcode < 0 || opcode > kHighestOpcode || !octets) {
    return no_frame();
  }
  return own_frame(opcode, *octets);
}

WsFrame WsFrame_text(const char* msg) {
  return own_frame(WS_OPCODE_TEXT, wire::octets_of(msg == nullptr ? "" : msg));
}

WsFrame WsFrame_binary(int64_t data, int64_t len) {
  return WsFrame_new(WS_OPCODE_BINARY, data, len);
}

WsFrame WsFrame_ping(void) {
  return own_frame(WS_OPCODE_PING, {});
}

WsFrame WsFrame_pong(void) {
  return own_frame(WS_OPCODE_PONG, {});
}

WsFrame WsFrame_close(int64_t status_code) {
  if (status_code == WS_CLOSE_NO_STATUS) {
    return own_frame(WS_OPCODE_CLOSE, {});
  }
  // RFC 6455 §7.4: other codes may not be on the wire.
  if (status_code < 0 || status_code > UINT16_MAX ||
      !wire::is_wire_close_code(static_cast<unsigned>(status_code))) {
    return no_frame();
  }
  const auto code = static_cast<unsigned>(status_code);
  const std::array body = {static_cast<std::uint8_t>(code >> 8U),
                           static_cast<std::uint8_t>(code & 0xFFU)};
  return own_frame(WS_OPCODE_CLOSE, body);
}

int64_t WsFrame_is_control(const WsFrame* self) {
  return self != nullptr && self->opcode >= WS_OPCODE_CLOSE ? 1 : 0;
}
int64_t WsFrame_is_text(const WsFrame* self) {
  return has_opcode(self, WS_OPCODE_TEXT);
}
int64_t WsFrame_is_binary(const WsFrame* self) {
  return has_opcode(self, WS_OPCODE_BINARY);
}
int64_t WsFrame_is_close(const WsFrame* self) {
  return has_opcode(self, WS_OPCODE_CLOSE);
}
int64_t WsFrame_is_ping(const WsFrame* self) {
  return has_opcode(self, WS_OPCODE_PING);
}
int64_t WsFrame_is_pong(const WsFrame* self) {
  return has_opcode(self, WS_OPCODE_PONG);
}

const char* WsFrame_payload_text(const WsFrame* self) {
  return self == nullptr || self->payload == 0
             ? ""
             : reinterpret_cast<const char*>(self->payload);  // NOLINT
}

int64_t WsFrame_close_code(const WsFrame* self) {
  if (WsFrame_is_close(self) == 0) {
    return WS_CLOSE_NO_STATUS;
  }
  const auto body = octets_at(self->payload, self->payload_len);
  return body && body->size() >= 2 ? std::int64_t{(*body)[0]} * 256 + (*body)[1]
                                   : std::int64_t{WS_CLOSE_NO_STATUS};
}

int64_t WsFrame_drop(WsFrame* self) {
  if (self != nullptr) {
    std::free(
        reinterpret_cast<void*>(self->payload));  // NOLINT: an address in an i64 is the text's
    self->payload = 0;
    self->payload_len = 0;
  }
  return 0;
}
