// SPDX-License-Identifier: Apache-2.0
// The event loop: one epoll, edge-triggered, shared by all its threads; the table of connections;
// deadlines; the orderly stop.
//
// Each connection has an atomic state. Who finds it idle becomes its owner and serves it; who finds
// it busy leaves a flag, and the owner goes round once more. No event is handed over between
// threads, no epoll_ctl is made for each event. Both directions are watched from the start: an edge
// for writing comes only after the kernel refused octets, so that costs nothing.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <osprey/result.hpp>
#include <string>
#include <vector>

#include "net/batch.hpp"
#include "net/crew.hpp"
#include "net/io.hpp"
#include "net/link.hpp"
#include "net/timer_wheel.hpp"
#include "net/turn.hpp"

namespace osprey::net {

class Listener;

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  // `threads` >= 1.
  static Result<std::shared_ptr<Loop>> start(unsigned threads, unsigned stand_ins);
  Loop(unsigned threads, unsigned stand_ins);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();  // stop() must have returned, or start() failed

  // A connected non-blocking socket. `policy` must outlive the connection (have the protocol hold
  // it). Any thread.
  Result<std::uint64_t> add(Fd fd, std::unique_ptr<Protocol> protocol, std::unique_ptr<Tls> tls,
                            const LinkPolicy& policy, Tick deadline);
  // Accepts from now on. The loop keeps the listener until it stops.
  Result<void> add(const std::shared_ptr<Listener>& listener);

  // Sending from outside a connection's handlers. visit() runs `action` with the connection if
  // nobody owns it at the moment; it may write and set deadlines, handlers do not run. False:
  // somebody owns it, so leave() him a task, to which the same applies. Both give ErrorCode::closed
  // for a connection that is gone. Any thread, also in handlers of other connections.
  using Action = std::function<Result<void>(Turn&)>;
  bool visit(std::uint64_t id, const Action& action, Result<void>& result);
  Result<void> leave(std::uint64_t id, Task task);
  void abort(std::uint64_t id);
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
  bool on_own_thread() const { return crew_.is_member(); }

  // For the crew.
  int wait(epoll_event* events, int size, int timeout_ms);
  void serve(const Event& event, Scratch& scratch);
  bool done() const { return done_.load(std::memory_order_acquire); }
  bool has_handed_over() const { return handed_count_.load(std::memory_order_acquire) > 0; }
  bool take_handed_over(Event& event);
  void wake();
  void give_up();  // all threads end

  // For turns and listeners.
  LinkTable& table() { return table_; }
  void arm(Link& link, Tick when);
  void hand_over(std::uint64_t id);  // some thread of the loop will serve it
  void serve_later(std::uint64_t id, std::chrono::milliseconds delay);

 private:
  struct Alarm {
    Tick when;
    std::uint64_t id;
  };

  Result<void> open();
  Result<void> watch(int fd, std::uint64_t id, std::uint32_t events);
  void serve_link(std::uint64_t id, std::uint32_t flags, Scratch& scratch);
  void own(Link& link, std::uint32_t flags, Scratch& scratch);
  static bool let_go(Link& link, std::uint32_t& flags);
  void let_go_to_others(Link& link);
  void let_go_after_visit(Link& link, Turn& turn);
  void destroy(Link& link, Turn& turn);
  void mark(std::uint64_t id, std::uint32_t flags);
  void mark_all(std::uint32_t flags);
  void accept(std::uint64_t id);
  void on_wake();
  void write_event();
  void serve_timers(Scratch& scratch);
  void set_timer();
  void finish_if_drained();

  Fd epoll_;
  Fd timer_;
  LinkTable table_;

  std::mutex timer_mutex_;  // guards what follows
  TimerWheel wheel_;
  std::vector<Alarm> alarms_;
  Tick timer_set_ = kNever;

  std::mutex handed_mutex_;  // guards what follows
  Fd event_;
  std::deque<std::uint64_t> handed_;
  std::atomic<std::size_t> handed_count_{0};

  std::mutex stop_mutex_;
  std::vector<std::shared_ptr<Listener>> listeners_;  // under stop_mutex_
  std::atomic<bool> stopping_{false};
  std::atomic<bool> done_{false};
  std::mutex join_mutex_;
  Crew crew_;
};

}  // namespace osprey::net
