// SPDX-License-Identifier: Apache-2.0
// The event loop of a server or of all clients: its connections, its listeners, its threads, and
// the orderly stop. A connection belongs to one thread at a time (owner_word.hpp); which thread
// that is does not matter.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <osprey/result.hpp>
#include <string>
#include <vector>

#include "net/connection_io.hpp"
#include "net/connection_state.hpp"
#include "net/listener.hpp"
#include "net/reactor.hpp"
#include "net/worker_threads.hpp"

namespace osprey::net {

class Loop : public std::enable_shared_from_this<Loop>, private Served {
 public:
  // `threads` >= 1.
  static Result<std::shared_ptr<Loop>> start(unsigned threads, unsigned spares);
  Loop(unsigned threads, unsigned spares);
  ~Loop() override;  // stop() must have returned, or start() failed

  // A connected non-blocking socket. `policy` must outlive the connection (have the protocol hold
  // it). Any thread.
  Result<std::uint64_t> add(Fd fd, std::unique_ptr<Protocol> protocol, std::unique_ptr<Tls> tls,
                            const ConnectionPolicy& policy, Tick deadline);
  // Accepts from now on, until the loop stops. `on_socket` is called for each new socket, possibly
  // by several threads at a time.
  using OnSocket = std::function<void(Loop&, Fd)>;
  Result<void> add(Listening listening, OnSocket on_socket);

  // Sending from outside a connection's handlers. visit() runs `action` with the connection if
  // nobody owns it at the moment; it may write and set deadlines, handlers do not run. False:
  // somebody owns it, so leave() him a task, to which the same applies. Both give ErrorCode::closed
  // for a connection that is gone. Any thread, also in handlers of other connections.
  using Action = std::function<Result<void>(ConnectionIo&)>;
  bool visit(std::uint64_t id, const Action& action, Result<void>& result);
  Result<void> leave(std::uint64_t id, Task task);
  void abort(std::uint64_t id) { mark(id, kAbort); }
  // Alive, and not yet ending. Any thread; it may end the next moment.
  bool is_open(std::uint64_t id) const;
  std::string peer_address(std::uint64_t id) const;

  std::vector<std::uint64_t> live() const { return table_.live(); }
  std::size_t count() const { return table_.count(); }

  // Ends accepting, tells all protocols, cuts what is left after `drain`. Returns at once; any
  // thread.
  void begin_stop(std::chrono::milliseconds drain);
  // The same, and waits until all is gone. From a thread of this loop: begin_stop().
  void stop(std::chrono::milliseconds drain);
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  bool on_own_thread() const { return workers_.is_worker(); }

 private:
  struct Accepting {
    Accepting(Listening listening, OnSocket take)
        : listener(std::move(listening)), on_socket(std::move(take)) {}
    Listener listener;
    OnSocket on_socket;
  };

  void serve(const Event& event, Scratch& scratch) override;
  void serve_connection(std::uint64_t id, std::uint32_t flags, Scratch& scratch);
  void own(ConnectionState& state, std::uint32_t flags, Scratch& scratch);
  void let_go_after_visit(ConnectionState& state, ConnectionIo& conn);
  void let_go_to_others(ConnectionState& state);
  void destroy(ConnectionState& state, ConnectionIo& conn);
  void mark(std::uint64_t id, std::uint32_t flags);
  void accept(std::uint64_t id);
  void serve_timers(Scratch& scratch);
  void finish_if_drained();

  ConnectionTable table_;
  Reactor reactor_;
  const Surroundings around_;

  std::mutex stop_mutex_;
  std::vector<std::shared_ptr<Accepting>> accepting_;  // under stop_mutex_
  std::atomic<bool> stopping_{false};
  std::mutex join_mutex_;
  WorkerThreads workers_;
};

}  // namespace osprey::net
