// SPDX-License-Identifier: Apache-2.0
// TLS as a filter between octets from the socket and octets for the protocol. The context comes
// from Poco NetSSL; its SecureStreamSocket is not used, because it does its own reading and
// writing: edge-triggered, batched I/O through one seam needs TLS that works on memory. OpenSSL
// reads from and appends to our buffers through a BIO of a few lines, without copies of its own.
#pragma once

#include <memory>
#include <osprey/result.hpp>
#include <osprey/websocket_client.hpp>
#include <osprey/websocket_server.hpp>
#include <string>

#include "wire/buffer.hpp"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace osprey::net {

class Tls;

// Certificates and rules, shared by many connections. TLS 1.2 is the minimum.
class TlsContext {
 public:
  static Result<TlsContext> server(const ServerTls& files);
  static Result<TlsContext> client(const ClientTls& rules);

  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

  // Null when memory ran out.
  std::unique_ptr<Tls> accept() const;
  // Verifies the certificate against `host` (a name or an address) unless the rules say insecure;
  // sends SNI for a name.
  std::unique_ptr<Tls> connect(const std::string& host) const;

 private:
  struct Inside;
  explicit TlsContext(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// One connection. Not thread-safe. What it has to send is appended to the `cipher` it is given.
class Tls {
 public:
  enum class Status : std::uint8_t { ok, wants_more, closed, failed };

  explicit Tls(SSL* ssl);
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
  ~Tls();

  bool up() const;  // the handshake is over
  bool is_server() const;
  Status shake_hands(wire::Buffer& cipher);

  // Octets from the socket; must stay valid until read() or shake_hands() returned wants_more.
  void feed(wire::ConstOctets in) { in_ = in; }
  Status read(wire::Octets into, std::size_t& count, wire::Buffer& cipher);
  Status write(wire::ConstOctets plain, wire::Buffer& cipher);
  // Tells the peer that nothing more comes.
  void close_notify(wire::Buffer& cipher);

  const std::string& problem() const { return problem_; }

 private:
  friend struct TlsBio;
  Status status_of(int result);

  SSL* ssl_;
  wire::ConstOctets in_;
  wire::Buffer* cipher_ = nullptr;
  std::string problem_;
};

}  // namespace osprey::net
