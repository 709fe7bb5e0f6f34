// SPDX-License-Identifier: Apache-2.0
#include "subject/connection.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace conform {

// When it is looked whether the peer has taken a piece: decides nothing but how soon the next goes.
static constexpr std::chrono::microseconds kFirstLook{40};
static constexpr std::chrono::microseconds kLastLook{5000};
static constexpr std::chrono::microseconds kUnseenPause{2000};
// A megabyte in small pieces would take as many turns of the peer, each as long as its load makes
// it.
static constexpr std::size_t kSeparatePieces = 1000;

static void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void Connection::connect(const Address& address, const TlsUse& tls, int receive_buffer) {
  tls_ = tls;
  fd_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  state_ = State::connecting;
  if (fd_ < 0) return fail_later(std::string("no socket: ") + std::strerror(errno));
  set_no_delay(fd_);
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(fd_, where, address.size) != 0 && errno != EINPROGRESS) {
    return fail_later(std::strerror(errno));
  }
  interest_ = EPOLLOUT;
  loop_.watch(fd_, interest_, this);
}

void Connection::adopt(int fd, SSL_CTX* tls) {
  fd_ = fd;
  set_no_delay(fd_);
  interest_ = EPOLLIN;
  loop_.watch(fd_, interest_, this);
  if (tls != nullptr) {
    start_tls(tls, true);
  } else {
    state_ = State::open;
  }
}

void Connection::fail_later(const std::string& why) {
  loop_.post([this, why, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) failed({why});
  });
}

void Connection::failed(const ConnectFailure& why) {
  if (state_ == State::idle) return;
  close();
  state_ = State::idle;
  events_->on_failed(why);
}

void Connection::finish_connect() {
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return failed({std::strerror(error)});
  reached_ = true;
  if (tls_.context != nullptr) return start_tls(tls_.context, false);
  opened();
}

void Connection::start_tls(SSL_CTX* context, bool server) {
  state_ = State::tls_handshake;
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, fd_);
  if (server) {
    SSL_set_accept_state(ssl_);
    return;
  }
  SSL_set_connect_state(ssl_);
  if (!tls_.name.empty()) {
    SSL_set_tlsext_host_name(ssl_, tls_.name.c_str());
    if (tls_.verify) SSL_set1_host(ssl_, tls_.name.c_str());
  }
  continue_tls();
}

void Connection::continue_tls() {
  ERR_clear_error();  // the thread's error queue is shared by all connections
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) return opened();
  const int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    want_write_ = error == SSL_ERROR_WANT_WRITE;
    return update_interest();
  }
  // OpenSSL tells a request from a ClientHello by its first word.
  const unsigned long first = ERR_peek_error();
  const bool http =
      ERR_GET_LIB(first) == ERR_LIB_SSL && ERR_GET_REASON(first) == SSL_R_HTTP_REQUEST;
  const long verify = SSL_get_verify_result(ssl_);
  std::string why = verify != X509_V_OK ? X509_verify_cert_error_string(verify) : tls_error();
  failed({"TLS: " + why, http});
}

void Connection::opened() {
  state_ = State::open;
  want_write_ = false;
  last_write_ = Clock::now();
  update_interest();
  events_->on_connected();
  if (fd_ >= 0) flush();
}

void Connection::on_ready(std::uint32_t events) {
  if (state_ == State::connecting) return finish_connect();
  if (state_ == State::tls_handshake) return continue_tls();
  const bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if ((events & EPOLLIN) != 0 || broken) read_some(broken);
  if (fd_ >= 0 && (events & EPOLLOUT) != 0) flush();
}

long Connection::read_into(char* buffer, std::size_t size) {
  if (ssl_ == nullptr) {
    const long n = ::recv(fd_, buffer, size, 0);
    if (n >= 0) return n;
    return errno == EAGAIN || errno == EINTR ? -1 : -2;
  }
  ERR_clear_error();
  const int n = SSL_read(ssl_, buffer, static_cast<int>(size));
  if (n > 0) return n;
  const int error = SSL_get_error(ssl_, n);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return -1;
  const bool reset = error == SSL_ERROR_SYSCALL && errno == ECONNRESET;
  tls_error();
  return reset ? -2 : 0;
}

void Connection::read_some(bool forced) {
  static thread_local std::array<char, 65536> buffer;
  std::size_t budget = slow_chunk_ != 0 && !forced ? slow_chunk_ : buffer.size() * 8;
  while (fd_ >= 0 && !ended_ && budget > 0) {
    const long n = read_into(buffer.data(), std::min(budget, buffer.size()));
    if (n == -1) break;
    if (n <= 0) return stream_ended(n == 0 ? EndOfStream::fin : EndOfStream::rst);
    budget -= static_cast<std::size_t>(n);
    events_->on_octets(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    if (!reading_ && !forced) break;
  }
  if (fd_ < 0 || ended_) return;
  if (slow_chunk_ != 0) {
    reading_ = false;
    update_interest();
    slow_timer_ = loop_.after(slow_every_, [this] {
      reading_ = true;
      update_interest();
      if (ssl_ != nullptr && SSL_pending(ssl_) > 0) read_some(false);
    });
  } else if (ssl_ != nullptr && SSL_pending(ssl_) > 0 && reading_) {
    read_some(forced);
  }
}

void Connection::stream_ended(EndOfStream how) {
  ended_ = true;
  if (how == EndOfStream::rst) {
    write_broken_ = true;
    out_.clear();
    queued_ = 0;
  }
  update_interest();
  events_->on_end(how);
}

void Connection::write(std::string octets) {
  write_pieces(std::move(octets), Pieces());
}

void Connection::write_pieces(std::string octets, const Pieces& pieces) {
  if (write_broken_ || octets.empty()) return;
  queued_ += octets.size();
  if (pieces.whole() && !out_.empty() && out_.back().pieces.whole() &&
      out_.back().octets.size() < 65536) {
    out_.back().octets += octets;
  } else {
    out_.push_back({std::move(octets), 0, pieces});
  }
  if (state_ == State::open) flush();
}

std::size_t Connection::piece_size(const Outgoing& front) const {
  std::size_t end = front.octets.size();
  if (front.pieces.chunk != 0) end = std::min<std::size_t>(end, front.at + front.pieces.chunk);
  for (const auto cut : front.pieces.cuts) {
    if (cut > front.at) {
      end = std::min<std::size_t>(end, cut);
      break;
    }
  }
  return end - front.at;
}

long Connection::write_octets(const char* octets, std::size_t size) {
  if (ssl_ == nullptr) {
    const long n = ::send(fd_, octets, size, MSG_NOSIGNAL);
    if (n >= 0) return n;
    return errno == EAGAIN || errno == EINTR ? -1 : -2;
  }
  ERR_clear_error();
  const int n = SSL_write(ssl_, octets, static_cast<int>(std::min<std::size_t>(size, 1U << 20U)));
  if (n > 0) return n;
  const int error = SSL_get_error(ssl_, n);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : -2;
}

// Whether what was sent last may be followed. Only a piece has to be taken first.
bool Connection::previous_taken() {
  if (!piece_untaken_) return true;
  const bool dripped = out_.front().pieces.every.count() > 0;
  if (!dripped && Clock::now() > separate_until_) return true;
  if (taking_seen_) {
    const PeerQueue::State peer = peer_state();
    if (peer.seen && !peer.all_taken) return false;
    taking_seen_ = peer.seen;
  }
  // Out of sight, a pause is all there is.
  if (!taking_seen_ && Clock::now() - piece_sent_ < kUnseenPause) return false;
  piece_untaken_ = false;
  return true;
}

PeerQueue::State Connection::peer_state() {
  if (fd_ < 0 || state_ != State::open) return {};
  if (peer_queue_ == nullptr) peer_queue_ = std::make_unique<PeerQueue>(fd_);
  return peer_queue_->state();
}

// Nobody tells when a peer reads: it is looked at again, soon at first and then less often.
void Connection::wait_for_taking() {
  dripping_ = true;
  drip_timer_ = loop_.after(taking_seen_ ? next_look_ : kUnseenPause, [this] {
    dripping_ = false;
    flush();
  });
  next_look_ = std::min(next_look_ * 2, kLastLook);
}

// Writes the next piece, or what is left; false when the kernel takes nothing more.
bool Connection::write_front() {
  Outgoing& front = out_.front();
  const std::size_t size = piece_size(front);
  const long n = write_octets(front.octets.data() + front.at, size);
  if (n == -1) return false;
  if (n == -2) {
    // The reason comes with the next read; what the peer sent before it must still be read.
    write_broken_ = true;
    out_.clear();
    queued_ = 0;
    return false;
  }
  last_write_ = piece_sent_ = Clock::now();
  front.at += static_cast<std::size_t>(n);
  queued_ -= static_cast<std::size_t>(n);
  if (front.pieces_sent++ == 0) separate_until_ = piece_sent_ + front.pieces.separate_for;
  piece_untaken_ = !front.pieces.whole() && front.pieces_sent <= kSeparatePieces;
  next_look_ = kFirstLook;
  const auto pause = front.pieces.every;
  if (front.at == front.octets.size()) out_.pop_front();
  if (pause.count() > 0 && !out_.empty()) {
    dripping_ = true;
    drip_timer_ = loop_.after(pause, [this] {
      dripping_ = false;
      flush();
    });
  }
  return true;
}

void Connection::flush() {
  bool wrote = false;
  while (fd_ >= 0 && !out_.empty() && !dripping_ && !write_broken_) {
    if (!previous_taken()) {
      wait_for_taking();
      break;
    }
    if (!write_front()) break;
    wrote = true;
  }
  want_write_ = !out_.empty() && !dripping_;
  if (out_.empty() && fin_after_flush_ && fd_ >= 0) {
    fin_after_flush_ = false;
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
    ::shutdown(fd_, SHUT_WR);
  }
  update_interest();
  if (wrote && out_.empty()) events_->on_drained();
}

void Connection::update_interest() {
  if (fd_ < 0) return;
  std::uint32_t wanted = 0;
  if ((reading_ || state_ == State::tls_handshake) && !ended_) wanted |= EPOLLIN;
  if (want_write_) wanted |= EPOLLOUT;
  if (wanted == interest_ && !ended_) return;
  interest_ = wanted;
  if (ended_ && !want_write_) {
    // A descriptor whose stream ended would wake the loop for ever.
    loop_.forget(fd_, this);
    interest_ = 0xffffffffU;
    return;
  }
  loop_.change(fd_, wanted, this);
}

void Connection::stop_reading() {
  reading_ = false;
  update_interest();
}

void Connection::start_reading() {
  loop_.cancel(slow_timer_);
  slow_chunk_ = 0;
  reading_ = true;
  update_interest();
}

void Connection::read_slowly(std::size_t chunk, std::chrono::milliseconds every) {
  slow_chunk_ = std::max<std::size_t>(1, chunk);
  slow_every_ = every;
  reading_ = true;
  update_interest();
}

void Connection::shutdown_write() {
  fin_after_flush_ = true;
  flush();
}

void Connection::close() {
  if (fd_ < 0) return;
  loop_.cancel(slow_timer_);
  loop_.cancel(drip_timer_);
  loop_.forget(fd_, this);
  if (ssl_ != nullptr) {
    if (state_ == State::open && !write_broken_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
    ssl_ = nullptr;
  }
  ::close(fd_);
  fd_ = -1;
  state_ = State::idle;
}

void Connection::reset() {
  if (fd_ < 0) return;
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  if (ssl_ != nullptr) SSL_set_quiet_shutdown(ssl_, 1);
  close();
}

}  // namespace conform
