// SPDX-License-Identifier: Apache-2.0
// One connection as the loop sees it, and the table of all of them. Idle it is this object, its
// Protocol and a socket: no buffers.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "net/owner_word.hpp"
#include "net/protocol.hpp"
#include "net/timer_wheel.hpp"
#include "net/transport.hpp"
#include "wire/buffer.hpp"

namespace osprey::net {

// What one service (a server, a client) asks of its connections. Outlives them.
struct ConnectionPolicy {
  std::chrono::milliseconds close{};  // for the peer's FIN after ours
  std::chrono::milliseconds write{};  // for at least one octet of what waits
  std::size_t queued = 0;             // octets that may wait
  bool drop_slow = true;
};

// Work for a connection that another thread owns at the moment.
struct Task {
  std::function<void(ConnectionIo&)> run;
  std::size_t octets = 0;
};
struct Inbox {
  std::vector<Task> tasks;
  std::size_t octets = 0;
};

enum class Phase : std::uint8_t {
  open,
  awaiting,   // all is said; the peer is to end TCP first
  finishing,  // all is said; what waits is written, then we end our side of TCP
  lingering   // our side is ended; what still comes is read and dropped until the peer's FIN, so
              // that no reset destroys our last words
};

struct ConnectionState {
  OwnerWord owner;
  TimerNode timer;  // the reactor's

  // Everything below belongs to the owner of the moment, the inbox excepted.
  Tick phase_deadline = kNever;
  Tick stall_deadline = kNever;
  const ConnectionPolicy* policy = nullptr;
  std::unique_ptr<Protocol> protocol;
  Transport transport;
  std::unique_ptr<wire::Buffer> unread;  // decrypted, not taken by the protocol yet; never empty
  std::unique_ptr<Inbox> inbox;          // under ConnectionTable::inbox_mutex(index)
  std::uint32_t index = 0;
  std::atomic<Phase> phase{Phase::open};  // the owner's; others only ask whether it is open
  EndReason end_reason = EndReason::finished;
  bool started = false;
  bool held = false;  // the protocol wants no octets until it says so

  std::uint64_t id() const { return owner.id(index); }
};

// All connections of a loop. Slots are reused, their memory is kept until the table goes; so a
// ConnectionState& is always good to look at.
class ConnectionTable {
 public:
  ConnectionTable() = default;
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;
  ~ConnectionTable();

  // The slot of an id or index; null for one that never was.
  ConnectionState* find(std::uint32_t index) const;

  // A free slot, not yet live; null when the table is closed or full. Throws std::bad_alloc.
  ConnectionState* acquire();
  // Ends its generation and frees what it holds.
  void release(ConnectionState& state);

  // acquire() gives null from now on. Returns the ids of all live connections.
  std::vector<std::uint64_t> close();
  std::vector<std::uint64_t> live() const;
  std::size_t count() const { return count_.load(std::memory_order_acquire); }

  std::mutex& inbox_mutex(std::uint32_t index) const {
    return inbox_mutexes_[index % inbox_mutexes_.size()];
  }

 private:
  static constexpr std::uint32_t kChunk = 128;
  static constexpr std::uint32_t kChunks = 8192;  // about a million connections

  void push_free(ConnectionState& state);

  mutable std::array<std::mutex, 16> inbox_mutexes_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 0;
  bool closed_ = false;
  std::atomic<std::size_t> count_{0};
  std::array<std::atomic<ConnectionState*>, kChunks> chunks_{};
};

}  // namespace osprey::net
