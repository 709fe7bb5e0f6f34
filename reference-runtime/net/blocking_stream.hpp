// SPDX-License-Identifier: Apache-2.0
// A connection for callers that wait: plain or TLS, every call held to a deadline. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <osprey/result.hpp>
#include <string>

#include "net/blocking_io.hpp"
#include "net/io.hpp"
#include "net/tls.hpp"
#include "wire/buffer.hpp"

namespace osprey::net {

class BlockingStream {
 public:
  // `tls` null: plain.
  static Result<BlockingStream> connect(const std::string& host, std::uint16_t port,
                                        const TlsContext* tls, Deadline deadline);

  Result<void> send(wire::ConstOctets octets, Deadline deadline);
  // At least one octet, or 0: the peer ended the connection.
  Result<std::size_t> receive(wire::Octets into, Deadline deadline);
  // False when the peer has ended the connection or said something unasked: it is not to be used
  // again.
  [[nodiscard]] bool quiet() const;

 private:
  BlockingStream(Fd fd, std::unique_ptr<Tls> tls) : fd_(std::move(fd)), tls_(std::move(tls)) {}

  Result<void> shake_hands(Deadline deadline);
  Result<std::size_t> receive_tls(wire::Octets into, Deadline deadline);
  Result<bool> fetch_cipher(Deadline deadline);

  Fd fd_;
  std::unique_ptr<Tls> tls_;
  wire::Buffer cipher_in_;  // TLS: what OpenSSL has not consumed yet
};

}  // namespace osprey::net
