// SPDX-License-Identifier: Apache-2.0
// The bytes of one connection: its socket, TLS over it, and what the kernel did not take yet. Knows
// nothing of protocols, threads and deadlines. Belongs to the connection's owner of the moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "net/io.hpp"
#include "net/tls.hpp"
#include "wire/buffer.hpp"

namespace osprey::net {

class Transport {
 public:
  // Who made the bytes to be written: this connection's own handlers and protocol, or senders
  // elsewhere.
  enum class From : std::uint8_t { here, elsewhere };
  enum class Wrote : std::uint8_t {
    all,         // or what is left waits behind what waited already
    waits_now,   // the first that had to wait
    failed,      // see error()
    tls_failed,  // see tls().problem()
  };

  void open(Fd fd, std::unique_ptr<Tls> tls);
  void close() { fd_.reset(); }
  // As new; closes the descriptor.
  void clear();

  int fd() const { return fd_.get(); }
  bool secure() const { return tls_ != nullptr; }
  Tls& tls() { return *tls_; }
  const Tls& tls() const { return *tls_; }
  // errno of what broke the connection, or 0.
  int error() const { return error_; }

  // --- reading
  // Something may have arrived; `hangup`: a FIN or an error has, so read on until it shows.
  void expect(bool hangup);
  bool has_more() const { return read_pending_; }
  // One recv. False: nothing more is to be read now (drained, finished or failed); `count` bytes
  // came all the same.
  bool receive(wire::Octets space, std::size_t& count);
  // No more bytes will come.
  bool peer_finished() const { return peer_finished_; }
  void note_peer_finished() { peer_finished_ = true; }

  // --- writing
  // Takes all of `out` (through TLS with `cipher`): the kernel gets it, or it waits.
  Wrote write(wire::Buffer& out, wire::Buffer& cipher, From from);
  // What the kernel takes of `out` now; the rest stays there. Nothing while something waits.
  // Without TLS only.
  void write_some(wire::Buffer& out);
  enum class Sent : std::uint8_t { nothing, some, all };
  // What waits, as far as the kernel takes it.
  Sent write_waiting();
  std::size_t waiting() const { return unsent_ == nullptr ? 0 : unsent_->size(); }
  // Replies to what was read wait. Only they are a reason not to read on: a peer that is sent much
  // by others must still be read from, or two peers could wait for each other for ever.
  bool replies_wait() const { return replies_wait_; }
  // Ends our direction, after TLS's own last word; false when TCP cannot.
  bool end_our_side(wire::Buffer& cipher);

  // --- the one rule of who is told when there is room again: whoever was
  // refused something, or asks for it here, is owed a word; it falls due when nothing waits any
  // more, whatever way it got out.
  void owe_word() { owed_ = true; }
  bool word_is_due() const { return owed_ && unsent_ == nullptr; }
  void word_given() { owed_ = false; }

 private:
  std::size_t send(wire::ConstOctets bytes);
  void keep(wire::ConstOctets bytes, From from);

  Fd fd_;
  int error_ = 0;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<wire::Buffer> unsent_;  // there only while it is not empty
  bool replies_wait_ = false;
  bool owed_ = false;
  bool read_pending_ = false;  // the kernel may hold bytes that were not asked for yet
  bool hangup_ = false;
  bool peer_finished_ = false;
};

}  // namespace osprey::net
