// SPDX-License-Identifier: Apache-2.0
#include "net/blocking_stream.hpp"

#include <poll.h>

#include "net/sockets.hpp"

namespace osprey::net {
namespace {

constexpr std::size_t kCipherPiece = std::size_t{32} * 1024;

}  // namespace

Result<BlockingStream> BlockingStream::connect(const std::string& host, std::uint16_t port,
                                               const TlsContext* tls, Deadline deadline) {
  auto fd = connect_to(host, port, deadline);
  if (!fd) {
    return fd.error();
  }
  BlockingStream stream(std::move(fd.value()), tls == nullptr ? nullptr : tls->connect(host));
  if (tls != nullptr) {
    if (stream.tls_ == nullptr) {
      return Error{ErrorCode::no_resources, "no memory for TLS", 0};
    }
    if (auto shaken = stream.shake_hands(deadline); !shaken) {
      return shaken.error();
    }
  }
  return stream;
}

// More octets for OpenSSL; false at the end of the connection.
Result<bool> BlockingStream::fetch_cipher(Deadline deadline) {
  cipher_in_.clear();
  cipher_in_.extend(kCipherPiece);
  const auto got = receive_some(fd_.get(), cipher_in_.octets(), deadline);
  cipher_in_.truncate(got ? got.value() : 0);
  if (!got) {
    return got.error();
  }
  tls_->feed(cipher_in_.octets());
  return got.value() > 0;
}

Result<void> BlockingStream::shake_hands(Deadline deadline) {
  while (true) {
    wire::Buffer cipher;
    const Tls::Status status = tls_->shake_hands(cipher);
    if (auto sent = send_all(fd_.get(), cipher.octets(), deadline); !sent) {
      return sent;
    }
    if (status == Tls::Status::ok) {
      return {};
    }
    if (status != Tls::Status::wants_more) {
      return Error{ErrorCode::tls_failed, tls_->problem(), 0};
    }
    const auto more = fetch_cipher(deadline);
    if (!more) {
      return more.error();
    }
    if (!more.value()) {
      return Error{ErrorCode::tls_failed, "the peer ended the connection during the TLS handshake",
                   0};
    }
  }
}

Result<void> BlockingStream::send(wire::ConstOctets octets, Deadline deadline) {
  if (tls_ == nullptr) {
    return send_all(fd_.get(), octets, deadline);
  }
  wire::Buffer cipher;
  if (tls_->write(octets, cipher) != Tls::Status::ok) {
    return Error{ErrorCode::tls_failed, tls_->problem(), 0};
  }
  return send_all(fd_.get(), cipher.octets(), deadline);
}

Result<std::size_t> BlockingStream::receive_tls(wire::Octets into, Deadline deadline) {
  while (true) {
    std::size_t count = 0;
    wire::Buffer cipher;
    const Tls::Status status = tls_->read(into, count, cipher);
    if (auto sent = send_all(fd_.get(), cipher.octets(), deadline); !sent) {
      return sent.error();
    }
    if (count > 0) {
      return count;
    }
    if (status == Tls::Status::closed) {
      return std::size_t{0};
    }
    if (status == Tls::Status::failed) {
      return Error{ErrorCode::tls_failed, tls_->problem(), 0};
    }
    const auto more = fetch_cipher(deadline);
    if (!more) {
      return more.error();
    }
    if (!more.value()) {
      // RFC 9110 §4.2.4, RFC 8446 §6.1: without close_notify the end may be an attacker's doing.
      return Error{ErrorCode::tls_failed, "the connection ended without a TLS close_notify", 0};
    }
  }
}

Result<std::size_t> BlockingStream::receive(wire::Octets into, Deadline deadline) {
  return tls_ == nullptr ? receive_some(fd_.get(), into, deadline) : receive_tls(into, deadline);
}

bool BlockingStream::quiet() const {
  pollfd ready{fd_.get(), POLLIN, 0};
  return io().poll(&ready, 1, 0) == 0;
}

}  // namespace osprey::net
