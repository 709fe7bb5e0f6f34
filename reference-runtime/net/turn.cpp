// SPDX-License-Identifier: Apache-2.0
// Turn: what a turn does as a whole, writing, deadlines and the end. Reading is in turn_read.cpp.
#include "net/turn.hpp"

#include <cstring>

namespace osprey::net {
namespace {

thread_local Turn* running = nullptr;

}  // namespace

// Makes a turn current() while its handlers may run.
class Turn::Mark {
 public:
  explicit Mark(Turn* turn) { running = turn; }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  ~Mark() { running = nullptr; }
};

Turn* Turn::current() {
  return running;
}

std::string Turn::problem() const {
  const Transport& transport = link_.transport;
  if (link_.end_reason == EndReason::tls && transport.secure() &&
      !transport.tls().problem().empty()) {
    return transport.tls().problem();
  }
  if (link_.end_reason == EndReason::reset && transport.error() != 0) {
    return std::strerror(transport.error());
  }
  return std::string(text_of(link_.end_reason));
}

void Turn::run(std::uint32_t flags) {
  const Mark mark(this);
  if ((flags & (kAbort | kDrop | kEnded)) != 0) {
    end((flags & kEnded) != 0  ? link_.end_reason
        : (flags & kDrop) != 0 ? EndReason::too_slow
                               : EndReason::aborted);
    return;
  }
  // What came in time is read before a deadline that passed while nobody had a turn.
  if ((flags & (kRead | kHangup | kTimer)) != 0) {
    link_.transport.expect((flags & kHangup) != 0);
  }
  write_waiting();
  tell_drained();
  if (!over_ && !link_.started && link_.phase == Phase::open) {
    start();
  }
  if (!over_ && (flags & kWork) != 0) {
    run_tasks();
  }
  if (!over_ && (flags & kStop) != 0 && link_.phase == Phase::open) {
    stop();
  }
  give_unread();
  if (!over_ && link_.transport.has_more() && (link_.started || link_.phase != Phase::open)) {
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

void Turn::stop() {
  if (link_.started) {
    link_.protocol->stopping(*this);
  } else {
    end(EndReason::aborted);
  }
}

void Turn::start() {
  if (link_.transport.secure()) {
    shake_hands();
    return;
  }
  link_.started = true;
  link_.protocol->start(*this);
}

bool Turn::can_go_on() const {
  if (over_ || !link_.started || link_.phase != Phase::open) {
    return false;
  }
  const Transport& transport = link_.transport;
  const bool unread = link_.unread != nullptr && !link_.held && transport.waiting() == 0;
  return (transport.word_is_due() && scratch_.out.empty()) || unread ||
         (transport.has_more() && !blocked());
}

void Turn::settle(From from) {
  if (!over_) {
    write_out(from);
  }
  if (!over_ && link_.phase == Phase::finishing && link_.transport.waiting() == 0) {
    end_our_side();
    // The last words are out; what the peer sent before it saw them must be read, or closing would
    // reset the connection.
    if (!over_ && link_.phase == Phase::lingering) {
      discard();
    }
  }
  forget_output();
}

void Turn::finish() {
  if (link_.phase == Phase::open || link_.phase == Phase::awaiting) {
    link_.phase = Phase::finishing;
    link_.phase_deadline = kNever;
    link_.transport.expect(false);
    link_.unread.reset();
  }
}

void Turn::finish_after_peer() {
  if (link_.phase == Phase::open) {
    link_.phase = Phase::awaiting;
    if (link_.transport.peer_finished()) {
      finish();
    } else {
      set_deadline(tick_after(link_.policy->close));
    }
  }
}

void Turn::end_our_side() {
  if (!link_.transport.end_our_side(scratch_.cipher) || link_.transport.peer_finished()) {
    end(link_.transport.error() != 0 ? EndReason::reset : EndReason::finished);
    return;
  }
  link_.phase = Phase::lingering;
  link_.transport.expect(false);
  set_deadline(tick_after(link_.policy->close));
}

void Turn::end(EndReason reason) {
  if (!over_) {
    over_ = true;
    if (link_.end_reason == EndReason::finished) {
      link_.end_reason = reason;  // the first one is why it ended
    }
  }
}

// The alert that says why is written. A server then waits for the peer to read it, as after any
// last words.
void Turn::fail_tls() {
  scratch_.out.clear();
  write_out();
  if (link_.transport.tls().is_server() && link_.phase == Phase::open) {
    link_.end_reason = EndReason::tls;
    finish();
  } else {
    end(EndReason::tls);
  }
}

void Turn::tell_end() {
  const Mark mark(this);
  link_.protocol->ended(*this, link_.end_reason);
}

void Turn::forget_output() {
  scratch_.out.clear();
  scratch_.cipher.clear();
}

void Turn::set_deadline(Tick when) {
  link_.phase_deadline = when;
  if (when != kNever) {
    around_.reactor.arm(link_.index, when);
  }
}

void Turn::check_deadlines() {
  const Tick now = now_tick();
  if (link_.stall_deadline != kNever && now >= link_.stall_deadline) {
    end(EndReason::too_slow);
    return;
  }
  if (link_.phase_deadline != kNever && now >= link_.phase_deadline) {
    link_.phase_deadline = kNever;
    switch (link_.phase) {
      case Phase::open:
        if (link_.started) {
          link_.protocol->deadline(*this);
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
    // The wheel let go of the link when it fired.
    for (const Tick when : {link_.phase_deadline, link_.stall_deadline}) {
      if (when != kNever) {
        around_.reactor.arm(link_.index, when);
      }
    }
  }
}

void Turn::run_tasks() {
  std::unique_ptr<Inbox> inbox;
  {
    const std::lock_guard lock(around_.table.inbox_mutex(link_.index));
    inbox = std::move(link_.inbox);
  }
  if (inbox != nullptr) {
    for (const Task& task : inbox->tasks) {
      if (over_ || link_.phase != Phase::open) {
        break;
      }
      task.run(*this);
    }
    write_out(From::elsewhere);
  }
}

void Turn::flush() {
  if (over_ || link_.transport.waiting() != 0) {
    return;
  }
  if (secure()) {
    write_out();
    return;
  }
  // What the kernel does not take stays in out(), where the protocol sees that it should stop for
  // now.
  link_.transport.write_some(scratch_.out);
  if (link_.transport.error() != 0) {
    end(EndReason::reset);
  }
}

void Turn::await_room() {
  link_.transport.owe_word();
}

void Turn::yield() {
  yielded_ = true;
  await_room();
}

void Turn::write_out(From from) {
  switch (link_.transport.write(scratch_.out, scratch_.cipher, from)) {
    case Transport::Wrote::all:
      break;
    case Transport::Wrote::waits_now:
      if (link_.policy->write.count() > 0) {
        link_.stall_deadline = tick_after(link_.policy->write);
        around_.reactor.arm(link_.index, link_.stall_deadline);
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

void Turn::write_waiting() {
  switch (link_.transport.write_waiting()) {
    case Transport::Sent::nothing:
      break;
    case Transport::Sent::some:
      link_.stall_deadline = tick_after(link_.policy->write);
      break;
    case Transport::Sent::all:
      link_.stall_deadline = kNever;
      break;
  }
  if (link_.transport.error() != 0) {
    end(EndReason::reset);
  }
}

// The one place that says so, whoever got rid of what waited.
void Turn::tell_drained() {
  while (!over_ && !yielded_ && link_.transport.word_is_due() && scratch_.out.empty()) {
    link_.transport.word_given();
    if (link_.phase == Phase::open && link_.started) {
      link_.protocol->drained(*this);
      settle();
    }
  }
}

}  // namespace osprey::net
