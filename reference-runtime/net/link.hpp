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

#include "net/io.hpp"
#include "net/protocol.hpp"
#include "net/timer_wheel.hpp"
#include "net/tls.hpp"
#include "wire/buffer.hpp"

namespace osprey::net {

// Low half of Link::state; the high half is the generation of the slot, so that a late event or an
// old handle finds nothing.
inline constexpr std::uint32_t kLive = 1U << 0U;
inline constexpr std::uint32_t kBusy = 1U << 1U;  // some thread is the owner
inline constexpr std::uint32_t kRead = 1U << 2U;  // the rest: what the owner has to look at
inline constexpr std::uint32_t kWrite = 1U
                                        << 3U;  // there may be room for what waits, or none waits
inline constexpr std::uint32_t kHangup = 1U
                                         << 4U;  // FIN or an error is there: read on until it shows
inline constexpr std::uint32_t kWork = 1U << 5U;  // the inbox has tasks
inline constexpr std::uint32_t kTimer = 1U << 6U;
inline constexpr std::uint32_t kStop = 1U << 7U;
inline constexpr std::uint32_t kAbort = 1U << 8U;  // cut it
inline constexpr std::uint32_t kDrop = 1U << 9U;   // cut it: the peer is too slow
inline constexpr std::uint32_t kEnded =
    1U << 10U;  // it is over, for the reason in Link::end_reason; its protocol does not know yet
inline constexpr std::uint32_t kToDo = ~(kLive | kBusy);

// What one service (a server, a client) asks of its connections. Outlives them.
struct LinkPolicy {
  std::chrono::milliseconds close{};  // for the peer's FIN after ours
  std::chrono::milliseconds write{};  // for at least one octet of what waits
  std::size_t queued = 0;             // octets that may wait
  bool drop_slow = true;
};

// Work for a connection that another thread owns at the moment.
struct Task {
  std::function<void(Turn&)> run;
  std::size_t octets = 0;
};
struct Inbox {
  std::vector<Task> tasks;
  std::size_t octets = 0;
};

// Exists only while something waits.
struct Backlog {
  wire::Buffer unsent;  // for the peer: the kernel did not take it yet
  wire::Buffer unread;  // from the peer, decrypted: the protocol did not take it yet
  // Some of `unsent` was made by reading from the peer. Only that is a reason not to read on: a
  // peer that is sent much by others must still be read from, or two peers could wait for each
  // other for ever.
  bool replies_wait = false;
};

enum class Phase : std::uint8_t {
  open,
  awaiting,   // all is said; the peer is to end TCP first
  finishing,  // all is said; what waits is written, then we end our side of TCP
  lingering   // our side is ended; what still comes is read and dropped until the peer's FIN, so
              // that no reset destroys our last words
};

struct Link {
  std::atomic<std::uint64_t> state{0};
  TimerNode timer;  // the loop's, under its timer mutex

  // Everything below belongs to the owner of the moment, the inbox excepted.
  Tick phase_deadline = kNever;
  Tick stall_deadline = kNever;
  const LinkPolicy* policy = nullptr;
  std::unique_ptr<Protocol> protocol;
  std::unique_ptr<Tls> tls;
  std::unique_ptr<Backlog> backlog;
  std::unique_ptr<Inbox> inbox;  // under LinkTable::inbox_mutex(index)
  Fd fd;
  std::uint32_t index = 0;
  std::atomic<Phase> phase{Phase::open};  // the owner's; others only ask whether it is open
  EndReason end_reason = EndReason::finished;
  bool started = false;
  bool read_pending = false;  // the kernel may hold octets that were not asked for yet
  bool hangup = false;
  bool peer_finished = false;  // no more octets will come
  bool held = false;           // the protocol wants no octets until it says so
  bool refused = false;        // Protocol::drained() is owed, once nothing waits

  std::uint64_t id() const {
    return (state.load(std::memory_order_relaxed) & ~std::uint64_t{0xFFFFFFFF}) | index;
  }
};

// All links of a loop. Slots are reused, their memory is kept until the table goes; so a Link& is
// always good to look at.
class LinkTable {
 public:
  LinkTable() = default;
  LinkTable(const LinkTable&) = delete;
  LinkTable& operator=(const LinkTable&) = delete;
  ~LinkTable();

  // The slot of an id or index; null for one that never was.
  Link* find(std::uint32_t index) const;

  // A free slot, not yet live; null when the table is closed or full. Throws std::bad_alloc.
  Link* acquire();
  // Makes it visible, owned by the caller: its id works from here on.
  static std::uint64_t publish(Link& link);
  // Ends its generation and frees what it holds.
  void release(Link& link);

  // acquire() gives null from now on. Returns the ids of all live links.
  std::vector<std::uint64_t> close();
  std::vector<std::uint64_t> live() const;
  std::size_t count() const { return count_.load(std::memory_order_acquire); }

  std::mutex& inbox_mutex(std::uint32_t index) const {
    return inbox_mutexes_[index % inbox_mutexes_.size()];
  }

 private:
  static constexpr std::uint32_t kChunk = 128;
  static constexpr std::uint32_t kChunks = 8192;  // about a million links

  void push_free(Link& link);

  mutable std::array<std::mutex, 16> inbox_mutexes_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 0;
  bool closed_ = false;
  std::atomic<std::size_t> count_{0};
  std::array<std::atomic<Link*>, kChunks> chunks_{};
};

}  // namespace osprey::net
