// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace sham {

enum class Io : unsigned char { done, again, ended, broken };

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslHandle = std::unique_ptr<SSL, SslDeleter>;

// A non-blocking TCP connection, plain or TLS. Owns the socket.
class Stream {
 public:
  static constexpr std::size_t kBlock = std::size_t{64} * 1024;

  explicit Stream(int socket, SslHandle ssl = nullptr);
  ~Stream();
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&&) = delete;
  Stream(const Stream&) = delete;

  int socket() const { return socket_; }
  // Appends what is there, up to a block.
  Io read(std::string& into, std::size_t most = kBlock);
  // One octet where few are there, so that the rest of them stays unread.
  Io read_sparingly(std::string& into);
  // Octets that have come and were not read yet; 0 for TLS.
  int waiting() const;
  // Sets `written` to the octets taken.
  Io write(std::string_view octets, std::size_t& written);
  // TLS cannot go on before the socket takes octets.
  bool wants_write() const { return wants_write_; }
  // TLS cannot write before something has come.
  bool waits_for_input() const { return waits_for_input_; }
  // No octets follow: close_notify if TLS, then FIN.
  void end_output();
  // The next close sends a reset.
  void reset_on_close() const;
  // Forgets the socket without closing it (a fault).
  void leak() { socket_ = -1; }

 private:
  Io ssl_result(int result);

  int socket_;
  SslHandle ssl_;
  bool wants_write_ = false;
  bool waits_for_input_ = false;
};

}  // namespace sham
