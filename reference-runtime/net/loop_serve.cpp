// SPDX-License-Identifier: Apache-2.0
// Loop: who owns a connection, and what happens to an event.
#include <cerrno>
#include <exception>
#include <new>

#include "net/address.hpp"
#include "net/loop.hpp"
#include "net/loop_ids.hpp"

namespace osprey::net {
namespace {

constexpr std::uint64_t kFlagsToDo = kToDo;

std::uint32_t index_of(std::uint64_t id) {
  return static_cast<std::uint32_t>(id);
}

bool is_alive(std::uint64_t state, std::uint64_t id) {
  return ((state ^ id) >> 32U) == 0 && (state & kLive) != 0;
}

std::uint32_t flags_of(std::uint32_t what) {
  std::uint32_t flags = 0;
  if ((what & EPOLLIN) != 0) {
    flags |= kRead;
  }
  if ((what & EPOLLOUT) != 0) {
    flags |= kWrite;
  }
  if ((what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    flags |= kHangup;
  }
  return flags;
}

Error gone() {
  return {ErrorCode::closed, "the connection is closed", 0};
}

// True: the caller owns the link, and `flags` has all there is to do. False: its owner will see the
// flags, or it is gone.
bool claim(Link& link, std::uint64_t id, std::uint32_t& flags) {
  std::uint64_t state = link.state.load(std::memory_order_acquire);
  while (is_alive(state, id)) {
    if ((state & kBusy) != 0) {
      if (link.state.compare_exchange_weak(state, state | flags, std::memory_order_acq_rel,
                                           std::memory_order_acquire)) {
        return false;
      }
    } else if (link.state.compare_exchange_weak(state, (state & ~kFlagsToDo) | kBusy,
                                                std::memory_order_acq_rel,
                                                std::memory_order_acquire)) {
      flags |= static_cast<std::uint32_t>(state & kFlagsToDo);
      return true;
    }
  }
  return false;
}

// As claim(), but leaves no flag when somebody else owns it. Tasks that were left and not begun
// count as an owner: what is sent now must not overtake them.
bool claim_if_idle(Link& link, std::uint64_t id, bool& alive) {
  std::uint64_t state = link.state.load(std::memory_order_acquire);
  while ((alive = is_alive(state, id)) && (state & (kBusy | kWork)) == 0) {
    if (link.state.compare_exchange_weak(state, state | kBusy, std::memory_order_acq_rel,
                                         std::memory_order_acquire)) {
      return true;
    }
  }
  return false;
}

}  // namespace

// True: nobody owns the link any more. False: there is more to do, in `flags`.
bool Loop::let_go(Link& link, std::uint32_t& flags) {
  std::uint64_t state = link.state.load(std::memory_order_acquire);
  for (;;) {
    if ((state & kFlagsToDo) != 0) {
      if (link.state.compare_exchange_weak(state, state & ~kFlagsToDo, std::memory_order_acq_rel,
                                           std::memory_order_acquire)) {
        flags = static_cast<std::uint32_t>(state & kFlagsToDo);
        return false;
      }
    } else if (link.state.compare_exchange_weak(state, state & ~std::uint64_t{kBusy},
                                                std::memory_order_acq_rel,
                                                std::memory_order_acquire)) {
      return true;
    }
  }
}

// Gives up the ownership whatever is to be done, and sees to it that a thread of the loop does it.
void Loop::let_go_to_others(Link& link) {
  const std::uint64_t id = link.id();
  const std::uint64_t before =
      link.state.fetch_and(~std::uint64_t{kBusy}, std::memory_order_acq_rel);
  if ((before & kFlagsToDo) != 0) {
    hand_over(id);
  }
}

int Loop::wait(epoll_event* events, int size, int timeout_ms) {
  return io().wait_epoll(epoll_.get(), events, size, timeout_ms);
}

void Loop::serve(const Event& event, Scratch& scratch) {
  if (event.id >= kFirstLinkId) {
    serve_link(event.id, flags_of(event.what), scratch);
  } else if (event.id >= kFirstListenerId) {
    accept(event.id);
  } else if (event.id == kTimerId) {
    serve_timers(scratch);
  } else if (event.id == kDrainId) {
    mark_all(kAbort);
  } else {
    on_wake();
  }
}

void Loop::serve_link(std::uint64_t id, std::uint32_t flags, Scratch& scratch) {
  Link* const link = table_.find(index_of(id));
  if (link != nullptr && claim(*link, id, flags)) {
    own(*link, flags, scratch);
  }
}

void Loop::own(Link& link, std::uint32_t flags, Scratch& scratch) {
  do {
    Turn turn(*this, link, scratch);
    try {
      turn.run(flags);
    } catch (const std::bad_alloc&) {
      turn.end(EndReason::no_memory);
    }
    if (turn.over()) {
      destroy(link, turn);
      return;
    }
  } while (!let_go(link, flags));
}

void Loop::destroy(Link& link, Turn& turn) {
  turn.forget_output();
  {
    const std::lock_guard lock(timer_mutex_);
    wheel_.disarm(link.index);
  }
  // For others it is gone from here on: nothing can be sent to it, nobody asks its descriptor.
  link.state.fetch_and(~std::uint64_t{kLive}, std::memory_order_acq_rel);
  {
    const std::lock_guard lock(table_.inbox_mutex(link.index));
    link.fd.reset();
  }
  turn.tell_end();
  table_.release(link);
  finish_if_drained();
}

bool Loop::visit(std::uint64_t id, const Action& action, Result<void>& result) {
  Link* const link = table_.find(index_of(id));
  bool alive = link != nullptr;
  if (!alive || !claim_if_idle(*link, id, alive)) {
    if (!alive) {
      result = gone();
    }
    return !alive;
  }
  Scratch scratch;
  Turn turn(*this, *link, scratch);
  try {
    result = turn.open() ? action(turn) : Result<void>(gone());
    turn.settle(Turn::From::elsewhere);
  } catch (const std::bad_alloc&) {
    turn.end(EndReason::no_memory);
    result = Error{ErrorCode::no_resources, "memory ran out", 0};
  }
  let_go_after_visit(*link, turn);
  return true;
}

void Loop::let_go_after_visit(Link& link, Turn& turn) {
  if (turn.over()) {
    // Its protocol and handlers are told on a thread of the loop, never on a sender's.
    link.state.fetch_or(kEnded, std::memory_order_acq_rel);
  } else if (turn.can_go_on()) {
    link.state.fetch_or(kWrite, std::memory_order_acq_rel);
  }
  let_go_to_others(link);
}

Result<void> Loop::leave(std::uint64_t id, Task task) {
  Link* const link = table_.find(index_of(id));
  if (link == nullptr) {
    return gone();
  }
  {
    const std::lock_guard lock(table_.inbox_mutex(link->index));
    if (!is_alive(link->state.load(std::memory_order_acquire), id)) {
      return gone();
    }
    if (link->inbox == nullptr) {
      link->inbox = std::make_unique<Inbox>();
    }
    Inbox& inbox = *link->inbox;
    if (inbox.octets > link->policy->queued) {
      if (link->policy->drop_slow) {
        mark(id, kDrop);
      }
      return Error{ErrorCode::queue_full, "the receiver is too slow", 0};
    }
    inbox.octets += task.octets;
    inbox.tasks.push_back(std::move(task));
  }
  mark(id, kWork);
  return {};
}

bool Loop::is_open(std::uint64_t id) const {
  const Link* const link = table_.find(index_of(id));
  return link != nullptr && is_alive(link->state.load(std::memory_order_acquire), id) &&
         link->phase.load(std::memory_order_acquire) == Phase::open;
}

std::string Loop::peer_address(std::uint64_t id) const {
  const Link* const link = table_.find(index_of(id));
  if (link == nullptr) {
    return {};
  }
  const std::lock_guard lock(
      table_.inbox_mutex(link->index));  // keeps the descriptor from being closed
  return is_alive(link->state.load(std::memory_order_acquire), id) ? address_of_peer(link->fd.get())
                                                                   : std::string();
}

void Loop::abort(std::uint64_t id) {
  mark(id, kAbort);
}

// Leaves flags for the owner; when there is none, a thread of the loop becomes it.
void Loop::mark(std::uint64_t id, std::uint32_t flags) {
  Link* const link = table_.find(index_of(id));
  if (link == nullptr) {
    return;
  }
  std::uint64_t state = link->state.load(std::memory_order_acquire);
  while (is_alive(state, id)) {
    if (link->state.compare_exchange_weak(state, state | flags, std::memory_order_acq_rel,
                                          std::memory_order_acquire)) {
      if ((state & kBusy) == 0) {
        hand_over(id);
      }
      return;
    }
  }
}

void Loop::mark_all(std::uint32_t flags) {
  for (const std::uint64_t id : table_.live()) {
    mark(id, flags);
  }
}

void Loop::hand_over(std::uint64_t id) {
  const std::lock_guard lock(handed_mutex_);
  handed_.push_back(id);
  handed_count_.store(handed_.size(), std::memory_order_release);
  if (handed_.size() == 1) {
    write_event();
  }
}

bool Loop::take_handed_over(Event& event) {
  if (!has_handed_over()) {
    return false;
  }
  const std::lock_guard lock(handed_mutex_);
  if (handed_.empty()) {
    return false;
  }
  // To read, even if nothing else is to be done: an owner that hands over before it lets go must be
  // told to go on.
  event = {handed_.front(), EPOLLIN};
  handed_.pop_front();
  handed_count_.store(handed_.size(), std::memory_order_release);
  return true;
}

void Loop::wake() {
  const std::lock_guard lock(handed_mutex_);
  write_event();
}

// Under handed_mutex_. A wake must not be lost, so it is tried again; the kernel refuses it only
// for a count near 2^64.
void Loop::write_event() {
  for (int tries = 0; event_.valid() && tries < 3; ++tries) {
    if (io().write_event(event_.get()) >= 0) {
      return;
    }
  }
}

void Loop::on_wake() {
  io().read_event(event_.get());
  // Whoever takes the last wake must pass it on, or another thread would sleep through the end.
  if (done()) {
    wake();
  }
}

}  // namespace osprey::net
