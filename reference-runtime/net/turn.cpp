// SPDX-License-Identifier: Apache-2.0
// Turn: what a turn does as a whole, writing, deadlines and the end. Reading is in turn_read.cpp.
#include "net/turn.hpp"

#include <cerrno>
#include <cstring>

#include "net/loop.hpp"

namespace osprey::net {
namespace {

constexpr std::size_t kKeptCapacity = std::size_t{1024} * 1024;

thread_local Turn* running = nullptr;

}  // namespace

wire::Octets Scratch::in_space() {
  if (in == nullptr) {
    in = std::make_unique_for_overwrite<std::uint8_t[]>(kReadSize);
  }
  return {in.get(), kReadSize};
}

wire::Octets Scratch::plain_space() {
  if (plain == nullptr) {
    plain = std::make_unique_for_overwrite<std::uint8_t[]>(kReadSize);
  }
  return {plain.get(), kReadSize};
}

void Scratch::tidy() {
  if (out.capacity() > kKeptCapacity) {
    out.release();
  }
  if (cipher.capacity() > kKeptCapacity) {
    cipher.release();
  }
}

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

std::size_t Turn::waiting() const {
  return scratch_.out.size() + (link_.backlog == nullptr ? 0 : link_.backlog->unsent.size());
}

std::string Turn::problem() const {
  if (link_.end_reason == EndReason::tls && link_.tls != nullptr && !link_.tls->problem().empty()) {
    return link_.tls->problem();
  }
  if (link_.end_reason == EndReason::reset && system_error_ != 0) {
    return std::strerror(system_error_);
  }
  return std::string(text_of(link_.end_reason));
}

Backlog& Turn::backlog() {
  if (link_.backlog == nullptr) {
    link_.backlog = std::make_unique<Backlog>();
  }
  return *link_.backlog;
}

// While replies wait for the peer, or octets for the protocol, nothing is read: so a peer cannot
// make replies pile up.
bool Turn::blocked() const {
  return link_.held || (link_.backlog != nullptr &&
                        (!link_.backlog->unread.empty() ||
                         (link_.backlog->replies_wait && !link_.backlog->unsent.empty())));
}

void Turn::run(std::uint32_t flags) {
  const Mark mark(this);
  if ((flags & (kAbort | kDrop | kEnded)) != 0) {
    end((flags & kEnded) != 0  ? link_.end_reason
        : (flags & kDrop) != 0 ? EndReason::too_slow
                               : EndReason::aborted);
    return;
  }
  link_.hangup |= (flags & kHangup) != 0;
  // What came in time is read before a deadline that passed while nobody had a turn.
  link_.read_pending |= (flags & (kRead | kHangup | kTimer)) != 0;
  write_unsent();
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
  if (!over_ && link_.read_pending && (link_.started || link_.phase != Phase::open)) {
    read();
  }
  if (!over_ && (flags & kTimer) != 0) {
    check_deadlines();
  }
  settle();
  tell_drained();
  if (can_go_on()) {
    loop_.hand_over(id());
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
  if (link_.tls != nullptr) {
    shake_hands();
    return;
  }
  link_.started = true;
  link_.protocol->start(*this);
}

void Turn::settle(From from) {
  if (!over_) {
    write_out(from);
  }
  if (!over_ && link_.phase == Phase::finishing &&
      (link_.backlog == nullptr || link_.backlog->unsent.empty())) {
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
    link_.read_pending = true;
    if (link_.backlog != nullptr) {
      link_.backlog->unread.release();
    }
  }
}

void Turn::finish_after_peer() {
  if (link_.phase == Phase::open) {
    link_.phase = Phase::awaiting;
    if (link_.peer_finished) {
      finish();
    } else {
      set_deadline(tick_after(link_.policy->close));
    }
  }
}

void Turn::end_our_side() {
  if (link_.tls != nullptr) {
    link_.tls->close_notify(scratch_.cipher);
    if (!scratch_.cipher.empty()) {
      scratch_.cipher.consume(send_some(scratch_.cipher));
      scratch_.cipher.clear();  // a notice that does not fit now is not worth waiting for
    }
  }
  if (over_) {
    return;
  }
  // RFC 6455 §7.1.1: ends our direction only; the descriptor is closed when the peer's FIN has
  // come.
  if (io().shutdown(link_.fd.get(), SHUT_WR) != 0 || link_.peer_finished) {
    end(EndReason::finished);
    return;
  }
  link_.phase = Phase::lingering;
  link_.read_pending = true;
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
  if (link_.tls->is_server() && link_.phase == Phase::open) {
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

void Turn::fail(int error) {
  system_error_ = error;
  end(EndReason::reset);
}

void Turn::set_deadline(Tick when) {
  link_.phase_deadline = when;
  if (when != kNever) {
    loop_.arm(link_, when);
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
        loop_.arm(link_, when);
      }
    }
  }
}

void Turn::run_tasks() {
  std::unique_ptr<Inbox> inbox;
  {
    const std::lock_guard lock(loop_.table().inbox_mutex(link_.index));
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
  if (over_ || (link_.backlog != nullptr && !link_.backlog->unsent.empty())) {
    return;
  }
  if (link_.tls != nullptr) {
    write_out();
  } else {
    // What the kernel does not take stays in out(), where the protocol sees that it should stop for
    // now.
    scratch_.out.consume(send_some(scratch_.out));
  }
}

// Sends what `from` holds; returns how much the kernel took.
std::size_t Turn::send_some(const wire::Buffer& from) {
  std::size_t sent = 0;
  while (sent < from.size()) {
    const ssize_t count = io().send(link_.fd.get(), from.data() + sent, from.size() - sent, 0);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      link_.refused = true;
      break;
    } else if (errno != EINTR) {
      fail(errno);
      break;
    }
  }
  return sent;
}

void Turn::write_out(From from) {
  wire::Buffer* ready = &scratch_.out;
  if (link_.tls != nullptr) {
    if (!scratch_.out.empty() &&
        link_.tls->write(scratch_.out.octets(), scratch_.cipher) != Tls::Status::ok) {
      fail_tls();
      return;
    }
    scratch_.out.clear();
    ready = &scratch_.cipher;
  }
  if (ready->empty()) {
    return;
  }
  const bool queue = link_.backlog != nullptr && !link_.backlog->unsent.empty();
  const std::size_t sent = queue ? 0 : send_some(*ready);
  if (!over_ && sent < ready->size()) {
    Backlog& waiting = backlog();
    waiting.unsent.append(ready->octets().subspan(sent));
    waiting.replies_wait = waiting.replies_wait || from == From::turn;
    if (!queue && link_.policy->write.count() > 0) {
      link_.stall_deadline = tick_after(link_.policy->write);
      loop_.arm(link_, link_.stall_deadline);
    }
  }
  ready->clear();
}

void Turn::write_unsent() {
  if (link_.backlog == nullptr || link_.backlog->unsent.empty()) {
    return;
  }
  wire::Buffer& unsent = link_.backlog->unsent;
  const std::size_t sent = send_some(unsent);
  if (over_ || sent == 0) {
    return;
  }
  unsent.consume(sent);
  if (!unsent.empty()) {
    link_.stall_deadline = tick_after(link_.policy->write);
    return;
  }
  link_.stall_deadline = kNever;
  link_.backlog->replies_wait = false;
  unsent.release();
  if (link_.backlog->unread.empty()) {
    link_.backlog.reset();
  }
}

// The one place that says so, whoever got rid of what waited.
void Turn::tell_drained() {
  while (!over_ && !yielded_ && link_.refused && waiting() == 0) {
    link_.refused = false;
    if (link_.phase == Phase::open && link_.started) {
      link_.protocol->drained(*this);
      settle();
    }
  }
}

bool Turn::can_go_on() const {
  if (over_ || !link_.started || link_.phase != Phase::open) {
    return false;
  }
  const bool unread = !link_.held && link_.backlog != nullptr && link_.backlog->unsent.empty() &&
                      !link_.backlog->unread.empty();
  return (link_.refused && waiting() == 0) || unread || (link_.read_pending && !blocked());
}

void Turn::yield() {
  yielded_ = true;
  await_room();
}

}  // namespace osprey::net
