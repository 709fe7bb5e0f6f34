// SPDX-License-Identifier: Apache-2.0
// Turn: reading from the socket, through TLS, to the protocol.
#include "net/turn.hpp"

namespace osprey::net {
namespace {

// Reads of one turn before others are served: 2 MiB.
constexpr int kReadsInTurn = 8;

}  // namespace

bool Turn::read_once(std::size_t& count) {
  const bool more = link_.transport.receive(scratch_.in_space(), count);
  if (link_.transport.error() != 0) {
    end(EndReason::reset);
  }
  return more;
}

// While replies wait for the peer, or octets for the protocol, nothing is read: so a peer cannot
// make replies pile up.
bool Turn::blocked() const {
  return link_.held || link_.unread != nullptr || link_.transport.replies_wait();
}

// Stops while there is more to read when others should be served first, or the protocol or the peer
// does not keep up; run() sees to it that reading goes on.
void Turn::read() {
  for (int round = 0; round < kReadsInTurn; ++round) {
    if (link_.phase != Phase::open) {
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
    if (!over_ && link_.transport.peer_finished()) {
      on_peer_finished();
    }
    if (over_ || !more) {
      return;
    }
  }
}

// Reads and drops: we have said all, and the peer's FIN is what we wait for.
void Turn::discard() {
  if (!link_.transport.has_more()) {
    return;
  }
  for (int round = 0; round < kReadsInTurn; ++round) {
    std::size_t count = 0;
    const bool more = read_once(count);
    if (!over_ && secure() && link_.phase == Phase::awaiting) {
      drop_tls(scratch_.in_space().first(count));
    }
    if (!over_ && link_.transport.peer_finished()) {
      on_peer_finished();
    }
    if (over_ || !more) {
      return;
    }
  }
  around_.reactor.hand_over(id());
}

// Looks for the peer's close_notify: some wait for ours before they end TCP.
void Turn::drop_tls(wire::Octets in) {
  link_.transport.tls().feed(in);
  Tls::Status status = Tls::Status::ok;
  while (status == Tls::Status::ok) {
    std::size_t count = 0;
    status = link_.transport.tls().read(scratch_.plain_space(), count, scratch_.cipher);
  }
  if (status != Tls::Status::wants_more) {
    link_.transport.note_peer_finished();
  }
}

void Turn::on_peer_finished() {
  switch (link_.phase) {
    case Phase::open:
      if (link_.unread != nullptr) {
        return;  // first what was read before; give_unread() comes back here
      }
      if (link_.started) {
        link_.protocol->peer_finished(*this);
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
void Turn::shake_hands() {
  Tls::Status status = Tls::Status::wants_more;
  do {
    std::size_t count = 0;
    if (link_.transport.has_more()) {
      read_once(count);
    }
    if (over_) {
      return;
    }
    link_.transport.tls().feed(scratch_.in_space().first(count));
    status = link_.transport.tls().shake_hands(scratch_.cipher);
  } while (status == Tls::Status::wants_more && link_.transport.has_more());
  if (status == Tls::Status::wants_more) {
    if (link_.transport.peer_finished()) {
      end(EndReason::peer_closed);
    }
    return;
  }
  if (status != Tls::Status::ok) {
    fail_tls();
    return;
  }
  link_.started = true;
  link_.protocol->start(*this);
  deliver_tls({});  // what came behind the handshake
  if (!over_ && link_.transport.peer_finished()) {
    on_peer_finished();
  }
}

// All octets read are decrypted at once, also when the protocol takes no more: so the ciphertext
// never has to be kept.
void Turn::deliver_tls(wire::Octets in) {
  if (!in.empty()) {
    link_.transport.tls().feed(in);
  }
  const wire::Octets space = scratch_.plain_space();
  while (!over_) {
    std::size_t count = 0;
    const Tls::Status status = link_.transport.tls().read(space, count, scratch_.cipher);
    if (status == Tls::Status::ok) {
      give(space.first(count));
      continue;
    }
    if (status == Tls::Status::failed) {
      fail_tls();
    } else if (status == Tls::Status::closed) {
      link_.transport.note_peer_finished();
    }
    return;
  }
}

// The new protocol; it may itself name the next when it starts.
void Turn::take_next() {
  while (next_ != nullptr) {
    link_.protocol = std::move(next_);
    link_.protocol->start(*this);
  }
}

void Turn::keep_unread(wire::Octets in) {
  if (link_.unread == nullptr) {
    link_.unread = std::make_unique<wire::Buffer>();
  }
  link_.unread->append(in);
}

// Lets the protocol have octets; what it does not take while the peer does not read either is kept.
void Turn::give(wire::Octets in) {
  while (!in.empty() && !over_ && link_.phase == Phase::open) {
    if (link_.held || link_.unread != nullptr) {
      keep_unread(in);
      return;
    }
    const bool could_write = scratch_.out.empty();
    const std::size_t taken = link_.protocol->receive(*this, in);
    in = in.subspan(taken);
    if (next_ != nullptr) {
      take_next();
      continue;
    }
    if (in.empty() || over_ || link_.phase != Phase::open) {
      return;
    }
    write_out();
    if (!over_ && link_.transport.waiting() != 0) {
      keep_unread(in);
      return;
    }
    if (taken == 0 && could_write && !link_.held) {
      end(EndReason::aborted);  // a protocol that takes nothing though nothing waits would never go
                                // on
    }
  }
}

void Turn::give_unread() {
  if (over_ || link_.held || link_.phase != Phase::open || link_.unread == nullptr ||
      link_.transport.waiting() != 0) {
    return;
  }
  const std::unique_ptr<wire::Buffer> unread = std::move(link_.unread);
  give(unread->octets());
  if (!over_) {
    write_out();
  }
  if (!over_ && link_.transport.peer_finished() && link_.phase == Phase::open) {
    on_peer_finished();
  }
}

}  // namespace osprey::net
