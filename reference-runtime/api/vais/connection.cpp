// SPDX-License-Identifier: Apache-2.0
#include <osprey/vais_websocket.h>

#include <array>
#include <cstring>

#include "api/vais/guard.hpp"
#include "api/vais/memory.hpp"
#include "api/vais/peer.hpp"
#include "api/vais/receive.hpp"
#include "api/vais/socket.hpp"
#include "wire/frame.hpp"
#include "wire/mask.hpp"

namespace osprey::api::vais {
namespace {

constexpr std::chrono::seconds kCloseDeadline{5};

WsConnection connection_on(std::int64_t fd, std::int64_t is_server) {
  if (!is_stream_socket(fd)) {
    return {-1, is_server, WS_STATE_CLOSED, 0};
  }
  (void)new_peer(fd);
  return {fd, is_server, WS_STATE_OPEN, 0};
}

// RFC 6455 §5, seen from the sender: what may not be sent is not sent.
bool may_send(const WsConnection& connection, const WsFrame& frame, wire::ConstOctets payload) {
  const bool open = connection.state == WS_STATE_OPEN;
  const bool known = frame.opcode == WS_OPCODE_CONTINUATION || frame.opcode == WS_OPCODE_TEXT ||
                     frame.opcode == WS_OPCODE_BINARY || frame.opcode == WS_OPCODE_CLOSE ||
                     frame.opcode == WS_OPCODE_PING || frame.opcode == WS_OPCODE_PONG;
  if (!open || !known || payload.size() > WS_MAX_FRAME_SIZE) {
    return false;
  }
  if (WsFrame_is_control(&frame) != 0 &&
      (frame.is_final == 0 || payload.size() > wire::kMaxControlPayload)) {
    return false;
  }
  // A whole text message is checked here; of fragments the ends may cut a character.
  return frame.opcode != WS_OPCODE_TEXT || frame.is_final == 0 || wire::is_utf8(payload);
}

std::int64_t key_number(const wire::MaskKey& key) {
  std::uint32_t number = 0;
  std::memcpy(&number, &key, sizeof number);
  return number;
}

}  // namespace

std::int64_t send_frame(WsConnection& connection, const WsFrame& frame) {
  const auto payload = octets_at(frame.payload, frame.payload_len);
  if (!payload || !may_send(connection, frame, *payload)) {
    return -1;
  }
  wire::FrameHeader header;
  header.opcode = static_cast<wire::Opcode>(frame.opcode);
  header.fin = frame.is_final != 0;
  header.length = payload->size();
  // RFC 6455 §5.3: a client masks every frame with a fresh, unpredictable key.
  if (connection.is_server == 0) {
    header.masked = true;
    const auto key = wire::fresh_mask_key();
    if (!key) {
      return -1;
    }
    header.key = *key;
    connection.mask_key = key_number(header.key);
  }
  std::array<std::uint8_t, wire::kMaxFrameHeader> head{};
  const std::size_t head_size = wire::write_frame_header(head.data(), header);
  wire::Buffer out;
  out.append(wire::ConstOctets(head).first(head_size));
  out.append(*payload);
  if (header.masked) {
    (void)wire::apply_mask(out.octets().subspan(head_size), header.key);
  }
  if (!send_all(connection.fd, out.octets())) {
    connection.state = WS_STATE_CLOSED;
    return -1;
  }
  if (WsFrame_is_close(&frame) != 0) {
    connection.state = peer_of(connection.fd)->close_received ? WS_STATE_CLOSED : WS_STATE_CLOSING;
  }
  return static_cast<std::int64_t>(out.size());
}

std::int64_t send_close(WsConnection& connection, std::int64_t code) {
  WsFrame frame = WsFrame_close(code);
  const std::int64_t sent = frame.opcode < 0 ? -1 : send_frame(connection, frame);
  (void)WsFrame_drop(&frame);
  return sent;
}

std::int64_t close_gracefully(WsConnection& connection) {
  if (connection.fd < 0) {
    return -1;
  }
  const Deadline deadline = std::chrono::steady_clock::now() + kCloseDeadline;
  if (connection.state == WS_STATE_OPEN) {
    (void)send_close(connection, WS_CLOSE_NORMAL);
  }
  while (connection.state == WS_STATE_CLOSING) {
    WsFrame frame = receive_frame(connection, deadline);
    const bool over = frame.opcode < 0 || WsFrame_is_close(&frame) != 0;
    (void)WsFrame_drop(&frame);
    if (over) {
      break;
    }
  }
  // RFC 6455 §7.1.1: the server ends TCP first, a client gives it the time.
  if (connection.is_server == 0) {
    await_end(connection.fd, deadline);
  }
  end_gently(connection.fd, deadline);
  forget_peer(connection.fd);
  connection.fd = -1;
  connection.state = WS_STATE_CLOSED;
  return 0;
}

std::int64_t close_by_force(WsConnection& connection) {
  if (connection.fd < 0) {
    return -1;
  }
  forget_peer(connection.fd);
  close_now(connection.fd);
  connection.fd = -1;
  connection.state = WS_STATE_CLOSED;
  return 0;
}

}  // namespace osprey::api::vais

using namespace osprey::api::vais;  // NOLINT: the C functions below only pass on

WsConnection WsConnection_from_server(int64_t fd) {
  return guarded(WsConnection{-1, 1, WS_STATE_CLOSED, 0}, [&] { return connection_on(fd, 1); });
}
WsConnection WsConnection_from_client(int64_t fd) {
  return guarded(WsConnection{-1, 0, WS_STATE_CLOSED, 0}, [&] { return connection_on(fd, 0); });
}

int64_t WsConnection_is_open(const WsConnection* self) {
  return self != nullptr && self->fd >= 0 && self->state == WS_STATE_OPEN ? 1 : 0;
}

int64_t WsConnection_send_frame(WsConnection* self, const WsFrame* frame) {
  return guarded(-1, [&] {
    if (self == nullptr || frame == nullptr) {
      return std::int64_t{-1};
    }
    return send_frame(*self, *frame);
  });
}

namespace {

// Sends a frame made for the purpose, and drops it.
int64_t send_made(WsConnection* self, WsFrame frame) {
  const int64_t sent = WsConnection_send_frame(self, &frame);
  (void)WsFrame_drop(&frame);
  return sent;
}

}  // namespace

int64_t WsConnection_send_text(WsConnection* self, const char* msg) {
  return msg == nullptr ? -1 : send_made(self, WsFrame_text(msg));
}
int64_t WsConnection_send_binary(WsConnection* self, int64_t data, int64_t len) {
  return send_made(self, WsFrame_binary(data, len));
}
int64_t WsConnection_send_ping(WsConnection* self) {
  return send_made(self, WsFrame_ping());
}

int64_t WsConnection_send_pong(WsConnection* self) {
  return guarded(-1, [&] {
    if (WsConnection_is_open(self) == 0) {
      return std::int64_t{-1};
    }
    const auto peer = peer_of(self->fd);
    const std::vector<std::uint8_t> payload = std::move(peer->ping);
    peer->ping = {};
    return std::int64_t{send_made(self, own_frame(WS_OPCODE_PONG, payload))};
  });
}

int64_t WsConnection_send_close(WsConnection* self, int64_t status_code) {
  return guarded(
      -1, [&] { return self == nullptr ? std::int64_t{-1} : send_close(*self, status_code); });
}

WsFrame WsConnection_recv_frame(WsConnection* self) {
  return guarded(no_frame(),
                 [&] { return self == nullptr ? no_frame() : receive_frame(*self, kNoDeadline); });
}

int64_t WsConnection_close(WsConnection* self) {
  return guarded(-1, [&] { return self == nullptr ? std::int64_t{-1} : close_gracefully(*self); });
}
int64_t WsConnection_force_close(WsConnection* self) {
  return guarded(-1, [&] { return self == nullptr ? std::int64_t{-1} : close_by_force(*self); });
}
int64_t WsConnection_drop(WsConnection* self) {
  (void)WsConnection_force_close(self);
  return 0;
}
