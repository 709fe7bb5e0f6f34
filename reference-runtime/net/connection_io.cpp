// SPDX-License-Identifier: Apache-2.0
// ConnectionIo: what is done as a whole, writing, deadlines and the end. Reading is in
// connection_read.cpp.
#include "net/connection_io.hpp"

#include <cstring>

namespace osprey::net {

// Makes it current() while its handlers may run.
class ConnectionIo::Mark {
 public:
  explicit Mark(ConnectionIo* conn) { running = conn; }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  ~Mark() { running = nullptr; }
};

std::string ConnectionIo::problem() const {
  const Transport& transport = state_.transport;
  if (state_.end_reason == EndReason::tls && transport.secure() &&
      !transport.tls().problem().empty()) {
    return transport.tls().problem();
  }
  if (state_.end_reason == EndReason::reset && transport.error() != 0) {
    return std::strerror(transport.error());
  }
  return std::string(text_of(state_.end_reason));
}

void ConnectionIo::run(std::uint32_t flags) {
  const Mark mark(this);
  if ((flags & (kAbort | kDrop | kEnded)) != 0) {
    end((flags & kEnded) != 0  ? state_.end_reason
        : (flags & kDrop) != 0 ? EndReason::too_slow
                               : EndReason::aborted);
    return;
  }
  // What came in time is read before a deadline that passed while nobody owned it.
  if ((flags & (kRead | kHangup | kTimer)) != 0) {
    state_.transport.expect((flags & kHangup) != 0);
  }
  write_waiting();
  tell_drained();
  if (!over_ && !state_.started && state_.phase == Phase::open) {
    start();
  }
  if (!over_ && (flags & kWork) != 0) {
    run_tasks();
  }
  if (!over_ && (flags & kStop) != 0 && state_.phase == Phase::open) {
    stop();
  }
  give_unread();
  if (!over_ && state_.transport.has_more() && (state_.started || state_.phase != Phase::open)) {
    read();
  }
  if (!over_ && (flags & kTimer) != 0) {
    check_deadlines();
  }
  settle();
  tell_drained();
  if (can_go_on()) {
    around_.reactor.hand_over(id());
  }
}

void ConnectionIo::stop() {
  if (state_.started) {
    state_.protocol->stopping(*this);
  } else {
    end(EndReason::aborted);
  }
}

void ConnectionIo::start() {
  if (state_.transport.secure()) {
    shake_hands();
    return;
  }
  state_.started = true;
  state_.protocol->start(*this);
}

bool ConnectionIo::can_go_on() const {
  if (over_ || !state_.started || state_.phase != Phase::open) {
    return false;
  }
  const Transport& transport = state_.transport;
  const bool unread = state_.unread != nullptr && !state_.held && transport.waiting() == 0;
  return (transport.word_is_due() && scratch_.out.empty()) || unread ||
         (transport.has_more() && !blocked());
}

void ConnectionIo::settle(From from) {
  if (!over_) {
    write_out(from);
  }
  if (!over_ && state_.phase == Phase::finishing && state_.transport.waiting() == 0) {
    end_our_side();
    // The last words are out; what the peer sent before it saw them must be read, or closing would
    // reset the connection.
    if (!over_ && state_.phase == Phase::lingering) {
      discard();
    }
  }
  forget_output();
}

void ConnectionIo::finish() {
  if (state_.phase == Phase::open || state_.phase == Phase::awaiting) {
    state_.phase = Phase::finishing;
    state_.phase_deadline = kNever;
    state_.transport.expect(false);
    state_.unread.reset();
  }
}

void ConnectionIo::finish_after_peer() {
  if (state_.phase == Phase::open) {
    state_.phase = Phase::awaiting;
    if (state_.transport.peer_finished()) {
      finish();
    } else {
      set_deadline(tick_after(state_.policy->close));
    }
  }
}

void ConnectionIo::end_our_side() {
  if (!state_.transport.end_our_side(scratch_.cipher) || state_.transport.peer_finished()) {
    end(state_.transport.error() != 0 ? EndReason::reset : EndReason::finished);
    return;
  }
  state_.phase = Phase::lingering;
  state_.transport.expect(false);
  set_deadline(tick_after(state_.policy->close));
}

void ConnectionIo::end(EndReason reason) {
  if (!over_) {
    over_ = true;
    if (state_.end_reason == EndReason::finished) {
      state_.end_reason = reason;  // the first one is why it ended
    }
  }
}

// The alert that says why is written. A server then waits for the peer to read it, as after any
// last words.
void ConnectionIo::fail_tls() {
  scratch_.out.clear();
  write_out();
  if (state_.transport.tls().is_server() && state_.phase == Phase::open) {
    state_.end_reason = EndReason::tls;
    finish();
  } else {
    end(EndReason::tls);
  }
}

void ConnectionIo::tell_end() {
  const Mark mark(this);
  state_.protocol->ended(*this, state_.end_reason);
}

void ConnectionIo::forget_output() {
  scratch_.out.clear();
  scratch_.cipher.clear();
}

void ConnectionIo::set_deadline(Tick when) {
  state_.phase_deadline = when;
  if (when != kNever) {
    around_.reactor.arm(state_.index, when);
  }
}

void ConnectionIo::check_deadlines() {
  const Tick now = now_tick();
  if (state_.stall_deadline != kNever && now >= state_.stall_deadline) {
    end(EndReason::too_slow);
    return;
  }
  if (state_.phase_deadline != kNever && now >= state_.phase_deadline) {
    state_.phase_deadline = kNever;
    switch (state_.phase) {
      case Phase::open:
        if (state_.started) {
          state_.protocol->deadline(*this);
        } else {
          end(EndReason::timed_out);
        }
        break;
      case Phase::awaiting:
        finish();
        break;
      case Phase::finishing:
      case Phase::lingering:
        end(EndReason::finished);
        break;
    }
  }
  if (!over_) {
    // The wheel let go of the connection when it fired.
    for (const Tick when : {state_.phase_deadline, state_.stall_deadline}) {
      if (when != kNever) {
        around_.reactor.arm(state_.index, when);
      }
    }
  }
}

void ConnectionIo::run_tasks() {
  std::unique_ptr<Inbox> inbox;
  {
    const std::lock_guard lock(around_.table.inbox_mutex(state_.index));
    inbox = std::move(state_.inbox);
  }
  if (inbox != nullptr) {
    for (const Task& task : inbox->tasks) {
      if (over_ || state_.phase != Phase::open) {
        break;
      }
      task.run(*this);
    }
    write_out(From::elsewhere);
  }
}

void ConnectionIo::flush() {
  if (over_ || state_.transport.waiting() != 0) {
    return;
  }
  if (secure()) {
    write_out();
    return;
  }
  // What the kernel does not take stays in out(), where the protocol sees that it should stop for
  // now.
  state_.transport.write_some(scratch_.out);
  if (state_.transport.error() != 0) {
    end(EndReason::reset);
  }
}

void ConnectionIo::await_room() {
  state_.transport.owe_word();
}

void ConnectionIo::yield() {
  yielded_ = true;
  await_room();
}

void ConnectionIo::write_out(From from) {
  switch (state_.transport.write(scratch_.out, scratch_.cipher, from)) {
    case Transport::Wrote::all:
      break;
    case Transport::Wrote::waits_now:
      if (state_.policy->write.count() > 0) {
        state_.stall_deadline = tick_after(state_.policy->write);
        around_.reactor.arm(state_.index, state_.stall_deadline);
      }
      break;
    case Transport::Wrote::failed:
      end(EndReason::reset);
      break;
    case Transport::Wrote::tls_failed:
      fail_tls();
      break;
  }
}

void ConnectionIo::write_waiting() {
  switch (state_.transport.write_waiting()) {
    case Transport::Sent::nothing:
      break;
    case Transport::Sent::some:
      state_.stall_deadline = tick_after(state_.policy->write);
      break;
    case Transport::Sent::all:
      state_.stall_deadline = kNever;
      break;
  }
  if (state_.transport.error() != 0) {
    end(EndReason::reset);
  }
}

// The one place that says so, whoever got rid of what waited.
void ConnectionIo::tell_drained() {
  while (!over_ && !yielded_ && state_.transport.word_is_due() && scratch_.out.empty()) {
    state_.transport.word_given();
    if (state_.phase == Phase::open && state_.started) {
      state_.protocol->drained(*this);
      settle();
    }
  }
}

}  // namespace osprey::net
