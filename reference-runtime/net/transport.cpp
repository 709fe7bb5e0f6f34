// SPDX-License-Identifier: Apache-2.0
#include "net/transport.hpp"

#include <cerrno>

namespace osprey::net {

void Transport::open(Fd fd, std::unique_ptr<Tls> tls) {
  fd_ = std::move(fd);
  tls_ = std::move(tls);
}

void Transport::clear() {
  *this = Transport();
}

void Transport::expect(bool hangup) {
  read_pending_ = true;
  hangup_ = hangup_ || hangup;
}

bool Transport::receive(wire::Octets space, std::size_t& count) {
  count = 0;
  ssize_t got = 0;
  do {
    got = io().receive(fd_.get(), space.data(), space.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    count = static_cast<std::size_t>(got);
    // A short read has emptied the socket: what arrives later raises a new edge. A FIN that was
    // announced is read for.
    read_pending_ = count == space.size() || hangup_;
    return read_pending_;
  }
  read_pending_ = false;
  if (got == 0) {
    peer_finished_ = true;
  } else if (errno != EAGAIN) {
    error_ = errno;
  }
  return false;
}

// Returns how much the kernel took.
std::size_t Transport::send(wire::ConstOctets bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = io().send(fd_.get(), bytes.data() + sent, bytes.size() - sent, 0);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      owed_ = true;
      break;
    } else if (errno != EINTR) {
      error_ = errno;
      break;
    }
  }
  return sent;
}

void Transport::keep(wire::ConstOctets bytes, From from) {
  if (unsent_ == nullptr) {
    unsent_ = std::make_unique<wire::Buffer>();
  }
  unsent_->append(bytes);
  replies_wait_ = replies_wait_ || from == From::here;
}

Transport::Wrote Transport::write(wire::Buffer& out, wire::Buffer& cipher, From from) {
  wire::Buffer* ready = &out;
  if (tls_ != nullptr) {
    if (!out.empty() && tls_->write(out.octets(), cipher) != Tls::Status::ok) {
      return Wrote::tls_failed;
    }
    out.clear();
    ready = &cipher;
  }
  if (ready->empty()) {
    return Wrote::all;
  }
  const bool queue = unsent_ != nullptr;
  const std::size_t sent = queue ? 0 : send(ready->octets());
  const bool whole = sent == ready->size();
  if (!whole && error_ == 0) {
    keep(ready->octets().subspan(sent), from);
  }
  ready->clear();
  if (error_ != 0) {
    return Wrote::failed;
  }
  return whole || queue ? Wrote::all : Wrote::waits_now;
}

void Transport::write_some(wire::Buffer& out) {
  if (unsent_ == nullptr) {
    out.consume(send(out.octets()));
  }
}

Transport::Sent Transport::write_waiting() {
  const std::size_t sent = unsent_ == nullptr ? 0 : send(unsent_->octets());
  if (sent == 0) {
    return Sent::nothing;
  }
  unsent_->consume(sent);
  if (!unsent_->empty()) {
    return Sent::some;
  }
  unsent_.reset();
  replies_wait_ = false;
  return Sent::all;
}

bool Transport::end_our_side(wire::Buffer& cipher) {
  if (tls_ != nullptr) {
    tls_->close_notify(cipher);
    if (!cipher.empty()) {
      (void)send(cipher.octets());  // a notice that does not fit now is not worth waiting for
      cipher.clear();
    }
  }
  // RFC 6455 §7.1.1: ends our direction only; the descriptor is closed when the peer's FIN has
  // come.
  return error_ == 0 && io().shutdown(fd_.get(), SHUT_WR) == 0;
}

}  // namespace osprey::net
