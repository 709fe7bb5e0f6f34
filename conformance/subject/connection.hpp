// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "subject/address.hpp"
#include "subject/loop.hpp"
#include "subject/peer_queue.hpp"
#include "subject/tls.hpp"

namespace conform {

enum class EndOfStream : std::uint8_t { fin, rst };

// Why a connection never came to be.
struct ConnectFailure {
  std::string text;
  bool plain_http = false;  // a peer that was to begin with TLS has sent an HTTP request
};

// Told on the loop's thread. An owner may destroy the connection from inside on_end and on_failed
// only by Loop::post.
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  virtual void on_connected() = 0;
  virtual void on_failed(const ConnectFailure& why) = 0;  // never connected
  virtual void on_octets(std::string_view octets) = 0;
  virtual void on_end(EndOfStream how) = 0;
  virtual void on_drained() {}  // everything written has left to the kernel
};

// How one write is cut into pieces on its way to the socket. A piece leaves once the peer's program
// has taken the one before, where that can be seen (on this host), else after a pause: it arrives
// on its own, in one record of its own with TLS. Of very many,
// that holds for the first thousand.
struct Pieces {
  std::uint64_t chunk = 0;
  std::vector<std::uint64_t> cuts;
  std::chrono::milliseconds every{0};
  // On a machine that is busy enough even few pieces take longer than a peer waits for a request:
  // after this time the rest goes as one.
  std::chrono::milliseconds separate_for{1000};
  bool whole() const { return chunk == 0 && cuts.empty(); }
};

// One TCP or TLS connection of the judge, either end. Never blocks.
class Connection : public Watcher {
 public:
  Connection(Loop& loop, ConnectionEvents& events) : loop_(loop), events_(&events) {}
  ~Connection() override { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  struct TlsUse {
    SSL_CTX* context = nullptr;
    std::string name;  // for SNI and verification; empty = none
    bool verify = true;
  };
  void connect(const Address& address, const TlsUse& tls, int receive_buffer);
  void adopt(int fd, SSL_CTX* tls);
  // Somebody else listens from now on.
  void hand_over(ConnectionEvents& events) { events_ = &events; }

  void write(std::string octets);
  void write_pieces(std::string octets, const Pieces& pieces);
  std::size_t queued() const { return queued_; }
  // What the peer's program has taken of all that was sent.
  PeerQueue::State peer_state();

  void stop_reading();
  void start_reading();
  void read_slowly(std::size_t chunk, std::chrono::milliseconds every);

  void shutdown_write();  // after what is queued
  void close();
  void reset();
  bool open() const { return fd_ >= 0; }
  bool ended() const { return ended_; }
  // TCP connected; TLS, if any, was begun.
  bool reached() const { return reached_; }
  TimePoint last_write() const { return last_write_; }

  void on_ready(std::uint32_t events) override;

 private:
  struct Outgoing {
    std::string octets;
    std::size_t at = 0;
    Pieces pieces;
    std::size_t pieces_sent = 0;
  };
  enum class State : std::uint8_t { idle, connecting, tls_handshake, open };

  void finish_connect();
  void start_tls(SSL_CTX* context, bool server);
  void continue_tls();
  void opened();
  void failed(const ConnectFailure& why);
  void fail_later(const std::string& why);
  void read_some(bool forced);
  long read_into(char* buffer, std::size_t size);
  void stream_ended(EndOfStream how);
  void flush();
  bool write_front();
  bool previous_taken();
  void wait_for_taking();
  std::size_t piece_size(const Outgoing& front) const;
  long write_octets(const char* octets, std::size_t size);
  void update_interest();

  Loop& loop_;
  ConnectionEvents* events_;
  int fd_ = -1;
  State state_ = State::idle;
  SSL* ssl_ = nullptr;
  TlsUse tls_;
  std::uint32_t interest_ = 0;
  std::deque<Outgoing> out_;
  std::size_t queued_ = 0;
  bool reading_ = true;
  std::size_t slow_chunk_ = 0;
  std::chrono::milliseconds slow_every_{0};
  TimerId slow_timer_{};
  TimerId drip_timer_{};
  bool dripping_ = false;       // a timer lets the next piece go
  bool piece_untaken_ = false;  // the last write was a piece, and may still be unread
  bool taking_seen_ = true;     // the kernel shows what the peer has taken
  TimePoint piece_sent_ = Clock::now(), separate_until_ = Clock::now();
  std::chrono::microseconds next_look_{0};
  std::unique_ptr<PeerQueue> peer_queue_;
  bool want_write_ = false;
  bool write_broken_ = false;
  bool fin_after_flush_ = false;
  bool ended_ = false;
  bool reached_ = false;
  TimePoint last_write_ = Clock::now();
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conform
