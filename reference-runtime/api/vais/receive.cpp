// SPDX-License-Identifier: Apache-2.0
// Receiving a frame, and what each kind means for the connection (RFC 6455 §5, §7).
#include "api/vais/receive.hpp"

#include "api/vais/memory.hpp"
#include "api/vais/peer.hpp"
#include "wire/frame.hpp"

namespace osprey::api::vais {

using wire::WireError;

namespace {

struct Received {
  wire::FrameHeader header;
  wire::Octets payload;  // unmasked, in the peer's buffer
  std::size_t size = 0;  // octets of the whole frame
};

enum class Reading : std::uint8_t { frame, ended, broken };

// Fails the connection (RFC 6455 §7.1.7): the Close the rule names, then nothing more.
WsFrame fail(WsConnection& connection, WireError error) {
  if (connection.state == WS_STATE_OPEN) {
    (void)send_close(connection, wire::rule_of(error).close_code);
  }
  connection.state = WS_STATE_CLOSED;
  return no_frame();
}

Reading read_frame(WsConnection& connection, Peer& peer, Deadline deadline, Received& received,
                   WireError& error) {
  const wire::FrameContext context{
      connection.is_server != 0 ? wire::Role::server : wire::Role::client, false,
      peer.message_open};
  while (true) {
    const wire::HeaderParse parsed =
        wire::parse_frame_header(peer.ahead.octets(), context, received.header);
    error = parsed.error;
    if (error == WireError::none && parsed.size != 0 &&
        received.header.length > WS_MAX_FRAME_SIZE) {
      error = WireError::message_too_big;
    }
    if (error != WireError::none) {
      return Reading::broken;
    }
    if (parsed.size != 0 && peer.ahead.size() - parsed.size >= received.header.length) {
      const auto length = static_cast<std::size_t>(received.header.length);
      received.payload = peer.ahead.octets().subspan(parsed.size, length);
      received.size = parsed.size + length;
      if (received.header.masked) {
        (void)wire::apply_mask(received.payload, received.header.key);
      }
      return Reading::frame;
    }
    if (!receive_some(connection.fd, peer.ahead, deadline)) {
      return Reading::ended;
    }
  }
}

// RFC 6455 §5.4, §8.1: fragments in order, text valid over all of them.
WireError take_data(Peer& peer, const Received& received) {
  const bool first = received.header.opcode != wire::Opcode::continuation;
  if (first) {
    peer.message_is_text = received.header.opcode == wire::Opcode::text;
    peer.text.reset();
  }
  peer.message_open = !received.header.fin;
  if (!peer.message_is_text) {
    return WireError::none;
  }
  const bool valid = peer.text.feed(received.payload);
  return valid && (peer.message_open || peer.text.complete()) ? WireError::none
                                                              : WireError::invalid_utf8;
}

// RFC 6455 §5.5.1, §7.4: the body of a Close.
WireError check_close(wire::ConstOctets body) {
  if (body.size() == 1) {
    return WireError::close_body_short;
  }
  if (body.size() >= 2) {
    const unsigned code = body[0] * 256U + body[1];
    if (!wire::is_wire_close_code(code)) {
      return WireError::close_code_invalid;
    }
    if (!wire::is_utf8(body.subspan(2))) {
      return WireError::close_reason_not_utf8;
    }
  }
  return WireError::none;
}

// The answer to the peer's Close, if it is not itself the answer to ours.
void answer_close(WsConnection& connection, Peer& peer, wire::ConstOctets body) {
  peer.close_received = true;
  if (connection.state == WS_STATE_OPEN) {
    const std::int64_t code =
        body.size() >= 2 ? std::int64_t{body[0]} * 256 + body[1] : std::int64_t{WS_CLOSE_NO_STATUS};
    (void)send_close(connection, code);
  }
  connection.state = WS_STATE_CLOSED;
}

WireError take_control(WsConnection& connection, Peer& peer, const Received& received) {
  if (received.header.opcode == wire::Opcode::ping) {
    peer.ping.assign(received.payload.begin(), received.payload.end());
  } else if (received.header.opcode == wire::Opcode::close) {
    if (const WireError error = check_close(received.payload); error != WireError::none) {
      return error;
    }
    answer_close(connection, peer, received.payload);
  }
  return WireError::none;
}

}  // namespace

WsFrame receive_frame(WsConnection& connection, Deadline deadline) {
  if (connection.fd < 0 ||
      (connection.state != WS_STATE_OPEN && connection.state != WS_STATE_CLOSING)) {
    return no_frame();
  }
  const auto peer = peer_of(connection.fd);
  Received received;
  WireError error = WireError::none;
  switch (read_frame(connection, *peer, deadline, received, error)) {
    case Reading::ended:
      connection.state = WS_STATE_CLOSED;
      return no_frame();
    case Reading::broken:
      return fail(connection, error);
    case Reading::frame:
      break;
  }
  error = wire::is_control(received.header.opcode) ? take_control(connection, *peer, received)
                                                   : take_data(*peer, received);
  if (error != WireError::none) {
    return fail(connection, error);
  }
  WsFrame frame = own_frame(static_cast<std::int64_t>(received.header.opcode), received.payload);
  frame.is_final = received.header.fin ? 1 : 0;
  frame.is_masked = received.header.masked ? 1 : 0;
  peer->ahead.consume(received.size);
  return frame;
}

}  // namespace osprey::api::vais
