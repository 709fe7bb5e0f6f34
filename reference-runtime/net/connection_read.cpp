// SPDX-License-Identifier: Apache-2.0
// ConnectionIo: reading from the socket, through TLS, to the protocol.
#include "net/connection_io.hpp"

namespace osprey::net {
namespace {

// Reads at once before others are served: 2 MiB.
constexpr int kReadsAtOnce = 8;

}  // namespace

bool ConnectionIo::read_once(std::size_t& count) {
  const bool more = state_.transport.receive(scratch_.in_space(), count);
  if (state_.transport.error() != 0) {
    end(EndReason::reset);
  }
  return more;
}

// While replies wait for the peer, or octets for the protocol, nothing is read: so a peer cannot
// make replies pile up.
bool ConnectionIo::blocked() const {
  return state_.held || state_.unread != nullptr || state_.transport.replies_wait();
}

// Stops while there is more to read when others should be served first, or the protocol or the peer
// does not keep up; run() sees to it that reading goes on.
void ConnectionIo::read() {
  for (int round = 0; round < kReadsAtOnce; ++round) {
    if (state_.phase != Phase::open) {
      discard();
      return;
    }
    if (blocked()) {
      return;
    }
    std::size_t count = 0;
    const bool more = read_once(count);
    if (over_) {
      return;
    }
    if (count > 0) {
      const wire::Octets in = scratch_.in_space().first(count);
      secure() ? deliver_tls(in) : give(in);
      if (!over_) {
        write_out();
      }
    }
    if (!over_ && state_.transport.peer_finished()) {
      on_peer_finished();
    }
    if (over_ || !more) {
      return;
    }
  }
}

// Reads and drops: we have said all, and the peer's FIN is what we wait for.
void ConnectionIo::discard() {
  if (!state_.transport.has_more()) {
    return;
  }
  for (int round = 0; round < kReadsAtOnce; ++round) {
    std::size_t count = 0;
    const bool more = read_once(count);
    if (!over_ && secure() && state_.phase == Phase::awaiting) {
      drop_tls(scratch_.in_space().first(count));
    }
    if (!over_ && state_.transport.peer_finished()) {
      on_peer_finished();
    }
    if (over_ || !more) {
      return;
    }
  }
  around_.reactor.hand_over(id());
}

// Looks for the peer's close_notify: some wait for ours before they end TCP.
void ConnectionIo::drop_tls(wire::Octets in) {
  state_.transport.tls().feed(in);
  Tls::Status status = Tls::Status::ok;
  while (status == Tls::Status::ok) {
    std::size_t count = 0;
    status = state_.transport.tls().read(scratch_.plain_space(), count, scratch_.cipher);
  }
  if (status != Tls::Status::wants_more) {
    state_.transport.note_peer_finished();
  }
}

void ConnectionIo::on_peer_finished() {
  switch (state_.phase) {
    case Phase::open:
      if (state_.unread != nullptr) {
        return;  // first what was read before; give_unread() comes back here
      }
      if (state_.started) {
        state_.protocol->peer_finished(*this);
      } else {
        end(EndReason::peer_closed);
      }
      break;
    case Phase::awaiting:
      finish();
      break;
    case Phase::finishing:
      break;  // what waits is still written: the peer may have ended only its side
    case Phase::lingering:
      end(EndReason::finished);
      break;
  }
}

// Moves the TLS handshake on with what the socket has; true when it is over and the protocol was
// started.
void ConnectionIo::shake_hands() {
  Tls::Status status = Tls::Status::wants_more;
  do {
    std::size_t count = 0;
    if (state_.transport.has_more()) {
      read_once(count);
    }
    if (over_) {
      return;
    }
    state_.transport.tls().feed(scratch_.in_space().first(count));
    status = state_.transport.tls().shake_hands(scratch_.cipher);
  } while (status == Tls::Status::wants_more && state_.transport.has_more());
  if (status == Tls::Status::wants_more) {
    if (state_.transport.peer_finished()) {
      end(EndReason::peer_closed);
    }
    return;
  }
  if (status != Tls::Status::ok) {
    fail_tls();
    return;
  }
  state_.started = true;
  state_.protocol->start(*this);
  deliver_tls({});  // what came behind the handshake
  if (!over_ && state_.transport.peer_finished()) {
    on_peer_finished();
  }
}

// All octets read are decrypted at once, also when the protocol takes no more: so the ciphertext
// never has to be kept.
void ConnectionIo::deliver_tls(wire::Octets in) {
  if (!in.empty()) {
    state_.transport.tls().feed(in);
  }
  const wire::Octets space = scratch_.plain_space();
  while (!over_) {
    std::size_t count = 0;
    const Tls::Status status = state_.transport.tls().read(space, count, scratch_.cipher);
    if (status == Tls::Status::ok) {
      give(space.first(count));
      continue;
    }
    if (status == Tls::Status::failed) {
      fail_tls();
    } else if (status == Tls::Status::closed) {
      state_.transport.note_peer_finished();
    }
    return;
  }
}

// The new protocol; it may itself name the next when it starts.
void ConnectionIo::take_next() {
  while (next_ != nullptr) {
    state_.protocol = std::move(next_);
    state_.protocol->start(*this);
  }
}

void ConnectionIo::keep_unread(wire::Octets in) {
  if (state_.unread == nullptr) {
    state_.unread = std::make_unique<wire::Buffer>();
  }
  state_.unread->append(in);
}

// Lets the protocol have octets; what it does not take while the peer does not read either is kept.
void ConnectionIo::give(wire::Octets in) {
  while (!in.empty() && !over_ && state_.phase == Phase::open) {
    if (state_.held || state_.unread != nullptr) {
      keep_unread(in);
      return;
    }
    const bool could_write = scratch_.out.empty();
    const std::size_t taken = state_.protocol->receive(*this, in);
    in = in.subspan(taken);
    if (next_ != nullptr) {
      take_next();
      continue;
    }
    if (in.empty() || over_ || state_.phase != Phase::open) {
      return;
    }
    write_out();
    if (!over_ && state_.transport.waiting() != 0) {
      keep_unread(in);
      return;
    }
    if (taken == 0 && could_write && !state_.held) {
      end(EndReason::aborted);  // a protocol that takes nothing though nothing waits would never go
                                // on
    }
  }
}

void ConnectionIo::give_unread() {
  if (over_ || state_.held || state_.phase != Phase::open || state_.unread == nullptr ||
      state_.transport.waiting() != 0) {
    return;
  }
  const std::unique_ptr<wire::Buffer> unread = std::move(state_.unread);
  give(unread->octets());
  if (!over_) {
    write_out();
  }
  if (!over_ && state_.transport.peer_finished() && state_.phase == Phase::open) {
    on_peer_finished();
  }
}

}  // namespace osprey::net
