// SPDX-License-Identifier: Apache-2.0
#include "net/blocking_stream.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "net/outcome.hpp"
#include "net/sockets.hpp"

namespace osprey::net {
namespace {

constexpr std::size_t kCipherPiece = std::size_t{32} * 1024;

Error lost(std::string what, int error) {
  return system_error(ErrorCode::connect_failed, std::move(what), error);
}

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

Result<void> BlockingStream::wait(short events, Deadline deadline) const {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return Error{ErrorCode::timed_out, "the peer did not answer in time", 0};
    }
    pollfd ready{fd_.get(), events, 0};
    const auto span = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    const int count = io().poll(&ready, 1, span);
    if (count > 0) {
      return {};
    }
    if (count < 0 && errno != EINTR) {
      return lost("waiting for the peer", errno);
    }
  }
}

Result<void> BlockingStream::send_raw(wire::ConstOctets octets, Deadline deadline) {
  while (!octets.empty()) {
    const ssize_t sent = io().send(fd_.get(), octets.data(), octets.size());
    if (sent >= 0) {
      octets = octets.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto waited = wait(POLLOUT, deadline); !waited) {
        return waited;
      }
    } else if (errno != EINTR) {
      return lost("sending", errno);
    }
  }
  return {};
}

Result<std::size_t> BlockingStream::receive_raw(wire::Octets into, Deadline deadline) {
  while (true) {
    const ssize_t got = io().receive(fd_.get(), into.data(), into.size());
    if (got >= 0) {
      return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN) {
      if (auto waited = wait(POLLIN, deadline); !waited) {
        return waited.error();
      }
    } else if (errno != EINTR) {
      return lost("receiving", errno);
    }
  }
}

// More octets for OpenSSL; false at the end of the connection.
Result<bool> BlockingStream::fetch_cipher(Deadline deadline) {
  cipher_in_.clear();
  cipher_in_.extend(kCipherPiece);
  const auto got = receive_raw(cipher_in_.octets(), deadline);
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
    if (auto sent = send_raw(cipher.octets(), deadline); !sent) {
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
    return send_raw(octets, deadline);
  }
  wire::Buffer cipher;
  if (tls_->write(octets, cipher) != Tls::Status::ok) {
    return Error{ErrorCode::tls_failed, tls_->problem(), 0};
  }
  return send_raw(cipher.octets(), deadline);
}

Result<std::size_t> BlockingStream::receive_tls(wire::Octets into, Deadline deadline) {
  while (true) {
    std::size_t count = 0;
    wire::Buffer cipher;
    const Tls::Status status = tls_->read(into, count, cipher);
    if (auto sent = send_raw(cipher.octets(), deadline); !sent) {
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
  return tls_ == nullptr ? receive_raw(into, deadline) : receive_tls(into, deadline);
}

bool BlockingStream::quiet() const {
  pollfd ready{fd_.get(), POLLIN, 0};
  return io().poll(&ready, 1, 0) == 0;
}

}  // namespace osprey::net
