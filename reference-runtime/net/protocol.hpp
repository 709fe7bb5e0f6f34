// SPDX-License-Identifier: Apache-2.0
// What runs on top of one connection's octets: the WebSocket handshake, a WebSocket session,
// HTTP/1.1. The loop owns the connection's bytes and deadlines, a Protocol decides what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/buffer.hpp"

namespace osprey::net {

class ConnectionIo;
class WsProtocol;

// Why a connection is over.
enum class EndReason : std::uint8_t {
  finished,     // the protocol asked for it and the peer agreed or was given its time
  peer_closed,  // the peer ended TCP
  reset,        // the network or the peer broke the connection
  too_slow,     // deadline of a write, or more waits for it than allowed
  timed_out,    // another deadline
  tls,          // the TLS layer failed
  aborted,      // we cut it
  no_memory
};
std::string_view text_of(EndReason reason);

// All functions are called by one thread at a time, the connection's owner of the moment, and may
// block (others stand in). They write by appending to conn.out(), which is sent when they return.
class Protocol {
 public:
  Protocol() = default;
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol() = default;

  // Itself, where it is a WebSocket (now).
  virtual WsProtocol* websocket() { return nullptr; }

  // The connection can be written to: TCP and TLS are up. Called once, before anything else.
  virtual void start(ConnectionIo&) {}

  // Octets from the peer, decrypted, changeable in place. Returns how many were taken. Those not
  // taken are given again: to the new protocol after conn.replace(), or else when conn.out() has
  // drained.
  virtual std::size_t receive(ConnectionIo& conn, wire::Octets in) = 0;

  // The peer will send nothing more. Typically answers with conn.finish().
  virtual void peer_finished(ConnectionIo& conn) = 0;

  // The deadline given to conn.set_deadline() has passed.
  virtual void deadline(ConnectionIo& conn) = 0;

  // The loop is about to stop: end soon.
  virtual void stopping(ConnectionIo& conn) = 0;

  // Nothing waits any more, after conn.await_room() or yield(), or after the kernel refused
  // something: more may be produced. Comes whatever way it got out.
  virtual void drained(ConnectionIo&) {}

  // The connection is gone; the last call. Nothing can be sent.
  virtual void ended(ConnectionIo& conn, EndReason reason) = 0;
};

}  // namespace osprey::net
