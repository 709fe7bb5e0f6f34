// SPDX-License-Identifier: Apache-2.0
// A handle of one WebSocket connection, of a server or a client.
//
// Ownership: a small value; copy it freely. It keeps neither the connection open nor the server
// running: after the end of the
//   connection every call returns ErrorCode::closed, and an id is never used again while the server
//   lives.
// Threads: all functions may be called from any thread, handlers included. Messages one thread
// sends keep their order. Sending: inside a handler of this very connection the frames are
// collected and written when the handler returns (or when
//   256 KiB wait, or at flush()); from elsewhere they are written at once. Neither ever blocks:
//   what the peer does not take waits in memory, and a message of any size
//   is taken until more than limits.queued octets wait.
#pragma once

#include <cstdint>
#include <memory>
#include <osprey/result.hpp>
#include <osprey/settings.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace osprey {

namespace net {
class Loop;
}

class Connection {
 public:
  Connection() = default;
  Connection(std::shared_ptr<net::Loop> loop, std::uint64_t id) : loop_(std::move(loop)), id_(id) {}

  // Unique in this process's server or client while that lives; 0 for an empty handle.
  std::uint64_t id() const { return id_; }

  // Text must be valid UTF-8 (RFC 6455 §5.6), or else ErrorCode::bad_argument.
  Result<void> send(MessageKind kind, std::span<const std::uint8_t> octets) const;
  // Passes a message on as it was received: its text is known to be UTF-8 and not checked again, so
  // it must not have been changed.
  Result<void> send(const Message& message) const;
  Result<void> send_text(std::string_view text) const;
  Result<void> send_binary(std::span<const std::uint8_t> octets) const;

  // At most 125 octets (RFC 6455 §5.5).
  Result<void> ping(std::span<const std::uint8_t> octets = {}) const;

  // Starts the closing handshake (RFC 6455 §7.1.2). Codes 1000-1003, 1007-1014, 3000-4999, or 1005
  // for none; a reason of at most 123 octets of UTF-8. on_close follows when the peer answered or
  // the deadline passed.
  Result<void> close(std::uint16_t code = 1000, std::string_view reason = {}) const;

  // Cuts the connection without a Close; on_close follows with 1006.
  void abort() const;

  // Writes now what this connection's running handler has sent so far. Elsewhere nothing is left to
  // do.
  void flush() const;

  // "address:port" of the peer, empty when the connection is gone.
  std::string peer_address() const;

 private:
  std::shared_ptr<net::Loop> loop_;
  std::uint64_t id_ = 0;
};

}  // namespace osprey
