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
  if (event.id >= kFirstLinkId) {
    serve_link(event.id, flags_of(event.what), scratch);
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

void Loop::serve_link(std::uint64_t id, std::uint32_t flags, Scratch& scratch) {
  Link* const link = table_.find(index_of(id));
  if (link != nullptr && link->owner.claim(id, flags)) {
    own(*link, flags, scratch);
  }
}

void Loop::own(Link& link, std::uint32_t flags, Scratch& scratch) {
  do {
    Turn turn(around_, link, scratch);
    try {
      turn.run(flags);
    } catch (const std::bad_alloc&) {
      turn.end(EndReason::no_memory);
    }
    if (turn.over()) {
      destroy(link, turn);
      return;
    }
  } while (!link.owner.let_go(flags));
}

void Loop::destroy(Link& link, Turn& turn) {
  turn.forget_output();
  reactor_.disarm(link.index);
  // For others it is gone from here on: nothing can be sent to it, nobody asks its descriptor.
  link.owner.die();
  {
    const std::lock_guard lock(table_.inbox_mutex(link.index));
    link.transport.close();
  }
  turn.tell_end();
  table_.release(link);
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
  Link* const link = table_.find(index_of(id));
  const OwnerWord::Claim claim =
      link == nullptr ? OwnerWord::Claim::gone : link->owner.claim_if_idle(id);
  if (claim == OwnerWord::Claim::gone) {
    result = gone();
  }
  if (claim != OwnerWord::Claim::mine) {
    return claim == OwnerWord::Claim::gone;
  }
  Scratch scratch;
  Turn turn(around_, *link, scratch);
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

// Its protocol and handlers are told on a thread of the loop, never on a sender's.
void Loop::let_go_after_visit(Link& link, Turn& turn) {
  if (turn.over()) {
    link.owner.note(kEnded);
  } else if (turn.can_go_on()) {
    link.owner.note(kWrite);
  }
  let_go_to_others(link);
}

// Gives up the ownership whatever is to be done, and sees to it that a thread of the loop does it.
void Loop::let_go_to_others(Link& link) {
  const std::uint64_t id = link.id();
  if (link.owner.let_go_anyway()) {
    reactor_.hand_over(id);
  }
}

Result<void> Loop::leave(std::uint64_t id, Task task) {
  Link* const link = table_.find(index_of(id));
  if (link == nullptr) {
    return gone();
  }
  {
    const std::lock_guard lock(table_.inbox_mutex(link->index));
    if (!link->owner.is_alive(id)) {
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
  return link != nullptr && link->owner.is_alive(id) &&
         link->phase.load(std::memory_order_acquire) == Phase::open;
}

std::string Loop::peer_address(std::uint64_t id) const {
  const Link* const link = table_.find(index_of(id));
  if (link == nullptr) {
    return {};
  }
  // Keeps the descriptor from being closed.
  const std::lock_guard lock(table_.inbox_mutex(link->index));
  return link->owner.is_alive(id) ? address_of_peer(link->transport.fd()) : std::string();
}

// Leaves flags for the owner; when there is none, a thread of the loop becomes it.
void Loop::mark(std::uint64_t id, std::uint32_t flags) {
  Link* const link = table_.find(index_of(id));
  if (link != nullptr && link->owner.leave(id, flags)) {
    reactor_.hand_over(id);
  }
}

}  // namespace osprey::net
