// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <malloc.h>

#include <cstdlib>
#include <utility>

#include "accept_key.hpp"
#include "fault.hpp"

namespace sham {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEnoughOutput = std::size_t{1} << 20;
constexpr std::size_t kReadsPerTurn = 1;  // everybody gets a turn soon
constexpr std::size_t kSingleWrites = 256;
constexpr milliseconds kHold{15};
constexpr milliseconds kBinaryHold{400};
constexpr milliseconds kSlowHold{1200};  // more than a second, less than any case waits
constexpr milliseconds kIdle{150};       // well below what the cases wait that look for it

}  // namespace

Connection::Connection(Stream stream, Role role, const Options& options)
    : stream_(std::move(stream)),
      role_(role),
      options_(&options),
      deadline_(Clock::now() + options.handshake_deadline),
      last_octet_(Clock::now()) {
  if (fault(Fault::crash_on_connect)) {
    std::abort();
  }
  if (fault(Fault::close_at_once)) {
    finish();
  }
}

bool Connection::wants_read() const {
  // A peer that takes nothing gets nothing more read from it.
  return !peer_ended_ && (unsent() < kEnoughOutput || fault(Fault::output_unbounded));
}

bool Connection::wants_write() const {
  return (unsent() > 0 && !held_until_ && !stream_.waits_for_input()) || stream_.wants_write();
}

void Connection::restart_deadline() {
  deadline_ = Clock::now() + options_->handshake_deadline;
}

bool Connection::leaks() const {
  const bool closed = session_ && session_->life() == Life::closed;
  return fault(Fault::never_closing) || (closed && fault(Fault::descriptor_leaked_after_close)) ||
         (closed && role_ == Role::client && fault(Fault::tcp_left_open)) ||
         (!session_ && ending_ && fault(Fault::descriptor_leaked_after_refusal)) ||
         (!session_ && !ending_ && fault(Fault::descriptor_leaked_before_handshake));
}

void Connection::finish() {
  if (leaks()) {
    stream_.leak();
  }
  phase_ = Phase::finished;
  if (fault(Fault::output_unbounded)) {
    // What one connection piled up must not hide what the next one does.
    ::malloc_trim(0);
  }
}

void Connection::on_ready(bool readable) {
  if (readable && !finished()) {
    read_all();
  }
  if (!finished()) {
    flush();
  }
}

void Connection::read_all() {
  for (std::size_t turn = 0; turn < kReadsPerTurn && wants_read(); ++turn) {
    std::string octets;
    const bool sparing = odd(Oddity::closes_with_input_unread) && phase_ == Phase::open;
    const Io io = sparing ? stream_.read_sparingly(octets) : stream_.read(octets);
    if (io == Io::again) {
      return;
    }
    if (io == Io::broken && fault(Fault::crash_on_reset)) {
      std::abort();
    }
    if (io != Io::done) {
      on_peer_end();
      return;
    }
    last_octet_ = Clock::now();
    take(octets);
    settle();
    if (finished()) {
      return;
    }
  }
}

// Peers that are broken altogether do the same with whatever comes.
bool Connection::take_as_wreck(const std::string& octets) {
  const bool opened = phase_ == Phase::open;
  if (fault(Fault::mute) || (fault(Fault::mute_after_handshake) && opened)) {
    return true;
  }
  if (fault(Fault::close_at_first_octet)) {
    finish();
    return true;
  }
  if (fault(Fault::parrot) || (fault(Fault::parrot_after_handshake) && opened)) {
    out_ += octets;
    return true;
  }
  if (fault(Fault::garbage) || (fault(Fault::garbage_after_handshake) && opened)) {
    out_ += random_octets(97);
    return true;
  }
  return false;
}

void Connection::take(const std::string& octets) {
  if (take_as_wreck(octets)) {
    return;
  }
  if (phase_ == Phase::handshake && !ending_) {
    if (fault(Fault::handshake_deadline_extended)) {
      restart_deadline();
    }
    head_ += octets;
    on_head();
  } else if (phase_ == Phase::open && !ending_) {
    session_->receive(octets);
  }
}

void Connection::open_session(const std::optional<DeflateParameters>& deflate,
                              const std::string& behind) {
  if (fault(Fault::crash_after_handshake)) {
    std::abort();
  }
  phase_ = Phase::open;
  head_.clear();
  session_ = std::make_unique<Session>(role_, *options_, deflate);
  session_->set_handler(handler_);
  if (fault(Fault::close_after_handshake)) {
    end();
    return;
  }
  if (role_ == Role::server) {
    session_->greet();
  }
  if (!behind.empty() && !take_as_wreck(behind)) {
    session_->receive(behind);
  }
}

void Connection::on_peer_end() {
  peer_ended_ = true;
  if (session_) {
    session_->receive_end();
  }
  if (phase_ == Phase::open && !ending_ && fault(Fault::crash_on_end_without_close)) {
    std::abort();
  }
  if (phase_ == Phase::open && fault(Fault::descriptor_leaked)) {
    stream_.leak();
  }
  // What is still to be sent may find a reader: the peer closed its sending side only.
  if (phase_ == Phase::open && !ending_ && unsent() > 0) {
    end();
    return;
  }
  finish();
}

void Connection::settle() {
  if (!session_) {
    return;
  }
  if (!session_->output().empty()) {
    out_ += session_->output();
    session_->output().clear();
  }
  if (phase_ == Phase::open && !ending_ && session_->life() != Life::open) {
    settle_life(session_->life());
  }
}

bool Connection::stays_open(Life life) const {
  return life == Life::stuck || fault(Fault::never_closing) ||
         (life == Life::closed && fault(Fault::tcp_left_open)) ||
         (life == Life::failed && fault(Fault::fail_leaves_tcp_open));
}

void Connection::settle_life(Life life) {
  if (stays_open(life)) {
    abandon();
    return;
  }
  resets_ = (life == Life::closed && fault(Fault::tcp_reset)) ||
            (life == Life::failed && fault(Fault::fail_reset));
  // RFC 6455 §7.1.1: the server closes TCP first, the client waits for that.
  awaits_peer_ = life == Life::dropped   ? false
                 : role_ == Role::client ? !fault(Fault::tcp_closed_first)
                                         : life == Life::closed && fault(Fault::tcp_close_awaited);
  end();
}

void Connection::end() {
  ending_ = true;
}

// How long a reply is held back that is complete.
milliseconds Connection::hold() const {
  if (odd(Oddity::slow_replies)) {
    return kSlowHold;
  }
  // RFC 6455 §5.2: the opcode in the low half of a frame's first octet.
  if (odd(Oddity::slow_with_binary) && (static_cast<unsigned char>(out_[sent_]) & 0x0FU) == 2U) {
    return kBinaryHold;
  }
  return odd(Oddity::delays_replies) && !ending_ ? kHold : milliseconds(0);
}

bool Connection::holds_back() {
  if (phase_ == Phase::open && unsent() > 0) {
    if (!held_until_) {
      held_until_ = Clock::now() + hold();
    }
    if (Clock::now() < *held_until_) {
      return true;
    }
  }
  held_until_.reset();
  return false;
}

void Connection::flush() {
  settle();
  // Its replies leave with its Close, so that the end of TCP finds them under way.
  if (odd(Oddity::closes_with_input_unread) && phase_ == Phase::open && !ending_ &&
      stream_.waiting() > 0 && unsent() < kEnoughOutput) {
    return;
  }
  if (holds_back()) {
    return;
  }
  while (unsent() > 0 && write_some()) {
  }
  if (finished()) {
    return;
  }
  if (unsent() == 0 && ending_ && phase_ != Phase::draining && phase_ != Phase::abandoned) {
    drain();
  }
}

// False when the socket takes no more for now.
bool Connection::write_some() {
  std::string_view octets = std::string_view(out_).substr(sent_);
  if (odd(Oddity::one_octet_writes) && octets.size() < kSingleWrites) {
    octets = octets.substr(0, 1);
  }
  std::size_t written = 0;
  const Io io = stream_.write(octets, written);
  const bool torn = written < octets.size();
  sent_ += written;
  if (torn && io == Io::done && fault(Fault::short_write_tears)) {
    sent_ = out_.size();
  }
  drop_sent();
  if (io == Io::broken || io == Io::ended) {
    finish();
    return false;
  }
  return io == Io::done;
}

// What has been sent is dropped in large steps, so that a long output is not moved for each short
// write.
void Connection::drop_sent() {
  if (sent_ == out_.size()) {
    out_ = std::string();
    sent_ = 0;
  } else if (sent_ > kEnoughOutput && sent_ > out_.size() / 2) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
}

void Connection::drain() {
  if (resets_) {
    stream_.reset_on_close();
    finish();
    return;
  }
  if (fault(Fault::never_closing)) {
    abandon();
    return;
  }
  const bool closed = session_ && session_->life() == Life::closed;
  const bool first = (role_ == Role::client && fault(Fault::tcp_closed_first)) ||
                     (closed && odd(Oddity::closes_with_input_unread));
  if (!awaits_peer_) {
    stream_.end_output();
  }
  if (first || peer_ended_) {
    finish();
    return;
  }
  const bool for_ever = role_ == Role::server && awaits_peer_;
  phase_ = for_ever ? Phase::abandoned : Phase::draining;
  deadline_ = Clock::now() + options_->close_deadline;
}

void Connection::on_time() {
  const Clock::time_point now = Clock::now();
  if (held_until_ && now >= *held_until_) {
    flush();
  }
  if (phase_ == Phase::open && now - last_octet_ > kIdle) {
    session_->idle();
    flush();
  }
  const bool handshake_late = phase_ == Phase::handshake && now >= deadline_ && keeps_deadline_;
  const bool drain_late = phase_ == Phase::draining && now >= deadline_;
  if (handshake_late || drain_late) {
    finish();
  }
}

}  // namespace sham
