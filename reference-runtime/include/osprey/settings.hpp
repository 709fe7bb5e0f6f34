// SPDX-License-Identifier: Apache-2.0
// What the server and the client have in common: limits, deadlines, message types.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace osprey {

// Octets and counts, each per connection. RFC 6455 §10.4 asks for such limits.
struct Limits {
  std::size_t header_block =
      std::size_t{16} * 1024;  // request or response head of the opening handshake
  std::size_t message =
      std::size_t{16} * 1024 * 1024;  // one message, after inflating; over it: Close 1009
  std::size_t fragments = std::size_t{128} * 1024;  // frames of one message
  std::size_t queued =
      std::size_t{16} * 1024 * 1024;  // octets waiting for a slow receiver; see SlowReceiver
};

// Zero switches a deadline off. The granularity is about 10 ms, always rounded up.
struct Deadlines {
  std::chrono::milliseconds handshake{5'000};  // from TCP connect to the end of both handshakes
  std::chrono::milliseconds idle{0};           // no octet from the peer for so long: Close 1001
  std::chrono::milliseconds close{5'000};      // for the peer's Close, and again for its FIN
  std::chrono::milliseconds write{30'000};     // the peer takes not one octet of what waits for it
  std::chrono::milliseconds drain{5'000};      // for all connections together when the server stops
};

// What happens to a connection for which limits.queued octets wait already when more is sent.
enum class SlowReceiver : std::uint8_t {
  drop,   // it is cut, so that it holds no memory; its on_close says 1006
  report  // the send is refused with ErrorCode::queue_full, nothing else happens
};

enum class MessageKind : std::uint8_t { text = 1, binary = 2 };

// A whole message. The octets belong to the runtime and are valid during the call only; the handler
// may change them in place.
struct Message {
  MessageKind kind = MessageKind::text;
  std::span<std::uint8_t> octets;
  std::string_view text() const {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
  }
};

// How a connection ended. The views are valid during the call only.
struct CloseInfo {
  std::uint16_t code =
      1006;                  // the peer's code; 1005: it gave none; 1006: TCP ended without a Close
  std::string_view reason;   // the peer's words, valid UTF-8
  bool clean = false;        // both Close frames were exchanged (RFC 6455 §7.1.4)
  std::string_view problem;  // what the peer or the network did wrong; empty when nothing
};

}  // namespace osprey
