// SPDX-License-Identifier: Apache-2.0
// Loop: what happens to an event, and to what others want of a connection.
#include <new>

#include "net/address.hpp"
#include "net/loop.hpp"

namespace osprey::net {
namespace {

std::uint32_t index_of(std::uint64_t id) {
  return static_cast<std::uint32_t>(id);
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

}  // namespace

void Loop::serve(const Event& event, Scratch& scratch) {
  if (event.id >= kFirstConnectionId) {
    serve_connection(event.id, flags_of(event.what), scratch);
  } else if (event.id >= kFirstListenerId) {
    accept(event.id);
  } else if (event.id == kTimerId) {
    serve_timers(scratch);
  } else if (event.id == kDrainId) {
    for (const std::uint64_t id : table_.live()) {
      mark(id, kAbort);
    }
  } else {
    reactor_.on_wake();
  }
}

void Loop::serve_connection(std::uint64_t id, std::uint32_t flags, Scratch& scratch) {
  ConnectionState* const state = table_.find(index_of(id));
  if (state != nullptr && state->owner.claim(id, flags)) {
    own(*state, flags, scratch);
  }
}

void Loop::own(ConnectionState& state, std::uint32_t flags, Scratch& scratch) {
  do {
    ConnectionIo conn(around_, state, scratch);
    try {
      conn.run(flags);
    } catch (const std::bad_alloc&) {
      conn.end(EndReason::no_memory);
    }
    if (conn.over()) {
      destroy(state, conn);
      return;
    }
  } while (!state.owner.let_go(flags));
}

void Loop::destroy(ConnectionState& state, ConnectionIo& conn) {
  conn.forget_output();
  reactor_.disarm(state.index);
  // For others it is gone from here on: nothing can be sent to it, nobody asks its descriptor.
  state.owner.die();
  {
    const std::lock_guard lock(table_.inbox_mutex(state.index));
    state.transport.close();
  }
  conn.tell_end();
  table_.release(state);
  finish_if_drained();
}

void Loop::accept(std::uint64_t id) {
  std::shared_ptr<Accepting> accepting;
  {
    const std::lock_guard lock(stop_mutex_);
    if (id - kFirstListenerId < accepting_.size()) {
      accepting = accepting_[id - kFirstListenerId];
    }
  }
  if (accepting == nullptr) {
    return;
  }
  switch (accepting->listener.accept([&](Fd fd) { accepting->on_socket(*this, std::move(fd)); })) {
    case Listener::Outcome::drained:
      break;
    case Listener::Outcome::more:
      reactor_.hand_over(id);
      break;
    case Listener::Outcome::starved:
      // No descriptors, or no memory: those who knock wait in the kernel's queue, and we do not
      // spin.
      reactor_.hand_over_later(id, std::chrono::milliseconds(100));
      break;
  }
}

void Loop::serve_timers(Scratch& scratch) {
  const Reactor::Due due = reactor_.take_due();
  // Marked first and served by whoever comes: a handler that blocks must not hold up the other
  // deadlines.
  for (const std::uint32_t index : due.indices) {
    mark(table_.find(index)->id(), kTimer);
  }
  for (const std::uint64_t id : due.ids) {
    serve({id, EPOLLIN}, scratch);
  }
}

bool Loop::visit(std::uint64_t id, const Action& action, Result<void>& result) {
  ConnectionState* const state = table_.find(index_of(id));
  const OwnerWord::Claim claim =
      state == nullptr ? OwnerWord::Claim::gone : state->owner.claim_if_idle(id);
  if (claim == OwnerWord::Claim::gone) {
    result = gone();
  }
  if (claim != OwnerWord::Claim::mine) {
    return claim == OwnerWord::Claim::gone;
  }
  Scratch scratch;
  ConnectionIo conn(around_, *state, scratch);
  try {
    result = conn.open() ? action(conn) : Result<void>(gone());
    conn.settle(ConnectionIo::From::elsewhere);
  } catch (const std::bad_alloc&) {
    conn.end(EndReason::no_memory);
    result = Error{ErrorCode::no_resources, "memory ran out", 0};
  }
  let_go_after_visit(*state, conn);
  return true;
}

// Its protocol and handlers are told on a thread of the loop, never on a sender's.
void Loop::let_go_after_visit(ConnectionState& state, ConnectionIo& conn) {
  if (conn.over()) {
    state.owner.note(kEnded);
  } else if (conn.can_go_on()) {
    state.owner.note(kWrite);
  }
  let_go_to_others(state);
}

// Gives up the ownership whatever is to be done, and sees to it that a thread of the loop does it.
void Loop::let_go_to_others(ConnectionState& state) {
  const std::uint64_t id = state.id();
  if (state.owner.let_go_anyway()) {
    reactor_.hand_over(id);
  }
}

Result<void> Loop::leave(std::uint64_t id, Task task) {
  ConnectionState* const state = table_.find(index_of(id));
  if (state == nullptr) {
    return gone();
  }
  {
    const std::lock_guard lock(table_.inbox_mutex(state->index));
    if (!state->owner.is_alive(id)) {
      return gone();
    }
    if (state->inbox == nullptr) {
      state->inbox = std::make_unique<Inbox>();
    }
    Inbox& inbox = *state->inbox;
    if (inbox.octets > state->policy->queued) {
      if (state->policy->drop_slow) {
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
  const ConnectionState* const state = table_.find(index_of(id));
  return state != nullptr && state->owner.is_alive(id) &&
         state->phase.load(std::memory_order_acquire) == Phase::open;
}

std::string Loop::peer_address(std::uint64_t id) const {
  const ConnectionState* const state = table_.find(index_of(id));
  if (state == nullptr) {
    return {};
  }
  // Keeps the descriptor from being closed.
  const std::lock_guard lock(table_.inbox_mutex(state->index));
  return state->owner.is_alive(id) ? address_of_peer(state->transport.fd()) : std::string();
}

// Leaves flags for the owner; when there is none, a thread of the loop becomes it.
void Loop::mark(std::uint64_t id, std::uint32_t flags) {
  ConnectionState* const state = table_.find(index_of(id));
  if (state != nullptr && state->owner.leave(id, flags)) {
    reactor_.hand_over(id);
  }
}

}  // namespace osprey::net
