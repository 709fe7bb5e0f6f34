// SPDX-License-Identifier: Apache-2.0
#include "stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sham {
namespace {

constexpr int kFew = 48;  // a Close, and a small frame on either side of it
constexpr std::size_t kLargestTlsWrite = std::size_t{1} << 20;

Io from_errno() {
  return errno == EAGAIN || errno == EINTR ? Io::again : Io::broken;
}

}  // namespace

Stream::Stream(int socket, SslHandle ssl) : socket_(socket), ssl_(std::move(ssl)) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (ssl_) {
    SSL_set_fd(ssl_.get(), socket_);
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
}

Stream::Stream(Stream&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      ssl_(std::move(other.ssl_)),
      wants_write_(other.wants_write_),
      waits_for_input_(other.waits_for_input_) {}

Stream::~Stream() {
  if (socket_ >= 0) {
    close(socket_);
  }
}

Io Stream::ssl_result(int result) {
  wants_write_ = false;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_WRITE:
      wants_write_ = true;
      return Io::again;
    case SSL_ERROR_WANT_READ:
      return Io::again;
    case SSL_ERROR_ZERO_RETURN:
      return Io::ended;
    default:
      ERR_clear_error();
      return Io::broken;
  }
}

Io Stream::read(std::string& into, std::size_t most) {
  const std::size_t before = into.size();
  into.resize(before + most);
  char* const space = into.data() + before;
  Io result = Io::done;
  ssize_t got = 0;
  waits_for_input_ = false;
  if (ssl_) {
    ERR_clear_error();  // the queue is shared by all connections
    got = SSL_read(ssl_.get(), space, static_cast<int>(most));
    result = got > 0 ? Io::done : ssl_result(static_cast<int>(got));
  } else {
    got = recv(socket_, space, most, 0);
    result = got > 0 ? Io::done : got == 0 ? Io::ended : from_errno();
  }
  into.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return result;
}

Io Stream::read_sparingly(std::string& into) {
  return read(into, !ssl_ && waiting() < kFew ? 1 : kBlock);
}

int Stream::waiting() const {
  int count = 0;
  return !ssl_ && ioctl(socket_, FIONREAD, &count) == 0 ? count : 0;
}

Io Stream::write(std::string_view octets, std::size_t& written) {
  written = 0;
  if (octets.empty()) {
    return Io::done;
  }
  ssize_t taken = 0;
  if (ssl_) {
    ERR_clear_error();
    taken = SSL_write(ssl_.get(), octets.data(),
                      static_cast<int>(std::min(octets.size(), kLargestTlsWrite)));
    if (taken <= 0) {
      const Io result = ssl_result(static_cast<int>(taken));
      waits_for_input_ = result == Io::again && !wants_write_;
      return result;
    }
  } else {
    taken = send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (taken < 0) {
      return from_errno();
    }
  }
  written = static_cast<std::size_t>(taken);
  return Io::done;
}

void Stream::end_output() {
  if (ssl_) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  shutdown(socket_, SHUT_WR);
}

void Stream::reset_on_close() const {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace sham
