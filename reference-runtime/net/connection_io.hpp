// SPDX-License-Identifier: Apache-2.0
// A thread's time with a connection: it owns the connection, reads what is there, lets the protocol
// work, writes the replies.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "net/connection_state.hpp"
#include "net/reactor.hpp"
#include "net/scratch.hpp"
#include "wire/buffer.hpp"

namespace osprey::net {

class Loop;

// When the replies to one reading reach this, a protocol should take no more octets until they have
// gone out.
inline constexpr std::size_t kHighWater = std::size_t{512} * 1024;

// What is around a connection. `loop` is for protocols only: nothing here knows it.
struct Surroundings {
  Reactor& reactor;
  ConnectionTable& table;
  Loop& loop;
};

class ConnectionIo {
 public:
  using From = Transport::From;

  ConnectionIo(const Surroundings& around, ConnectionState& state, Scratch& scratch)
      : around_(around), state_(state), scratch_(scratch) {}
  ConnectionIo(const ConnectionIo&) = delete;
  ConnectionIo& operator=(const ConnectionIo&) = delete;

  // For protocols and their tasks.
  wire::Buffer& out() { return scratch_.out; }
  Loop& loop() { return around_.loop; }
  std::uint64_t id() const { return state_.id(); }
  Protocol& protocol() { return *state_.protocol; }
  bool secure() const { return state_.transport.secure(); }
  const ConnectionPolicy& policy() const { return *state_.policy; }
  bool over() const { return over_; }
  bool open() const { return !over_ && state_.phase == Phase::open; }
  // Octets that wait for the peer: unsent ones and those of this conn.
  std::size_t waiting() const { return scratch_.out.size() + state_.transport.waiting(); }
  // A line about what broke the connection, where more is known than the EndReason.
  std::string problem() const;

  // Nothing more will be said: what waits is written, our side of TCP is ended, the peer's FIN
  // awaited. No receive() follows.
  void finish();
  // The same, but first the peer has its time to end TCP (a client: RFC 6455 §7.1.1).
  void finish_after_peer();
  // At once, whatever waits.
  void end(EndReason reason);
  // Takes effect when the running Protocol function returns.
  void replace(std::unique_ptr<Protocol> next) { next_ = std::move(next); }
  // The protocol takes no octets, and none are read, until a task of it says go_on().
  void hold() { state_.held = true; }
  void go_on() { state_.held = false; }
  // One deadline at a time; kNever: none.
  void set_deadline(Tick when);
  // Only later than before; costs a store.
  void extend_deadline(Tick when) { state_.phase_deadline = when; }
  // Writes now what out() holds, as far as the kernel takes it.
  void flush();
  // drained() is called when nothing waits any more.
  void await_room();
  // The same, but others are served first.
  void yield();

  // For the loop: all there is to do for these flags.
  void run(std::uint32_t flags);
  // For the loop, once over(): the protocol's last call.
  void tell_end();
  void forget_output();
  // For senders that are not handlers of this connection: write, and note what is to be done by the
  // loop.
  void settle(From from = From::here);
  // What waited can go on now: drained() is due, or octets that were kept from the protocol, or
  // those still in the kernel.
  bool can_go_on() const;

  // The one whose handler runs on this thread, or null.
  static ConnectionIo* current() { return running; }
  bool is(const Loop* loop, std::uint64_t id) const {
    return &around_.loop == loop && state_.id() == id;
  }

 private:
  class Mark;

  void start();
  void shake_hands();
  void stop();
  bool blocked() const;
  void read();
  bool read_once(std::size_t& count);
  void deliver_tls(wire::Octets in);
  void give(wire::Octets in);
  void keep_unread(wire::Octets in);
  void take_next();
  void give_unread();
  void discard();
  void drop_tls(wire::Octets in);
  void on_peer_finished();
  void check_deadlines();
  void run_tasks();
  void write_out(From from = From::here);
  void write_waiting();
  void tell_drained();
  void end_our_side();
  void fail_tls();

  static inline constinit thread_local ConnectionIo* running = nullptr;

  const Surroundings& around_;
  ConnectionState& state_;
  Scratch& scratch_;
  std::unique_ptr<Protocol> next_;
  bool over_ = false;
  bool yielded_ = false;
};

}  // namespace osprey::net
