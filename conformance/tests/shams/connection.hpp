// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "options.hpp"
#include "session.hpp"
#include "stream.hpp"

namespace sham {

using Clock = std::chrono::steady_clock;

// One TCP connection from its first octet to its end; the roles differ in the opening handshake.
// Not thread-safe.
class Connection {
 public:
  Connection(Stream stream, Role role, const Options& options);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return stream_.socket(); }
  bool finished() const { return phase_ == Phase::finished; }
  bool in_handshake() const { return phase_ == Phase::handshake; }
  bool wants_read() const;
  bool wants_write() const;

  // The socket can be read, or written, or both.
  void on_ready(bool readable);
  // Lets time pass: deadlines and held-back output.
  void on_time();

 protected:
  enum class Phase : unsigned char {
    handshake,
    open,
    draining,   // our side is done: read and drop until the peer's end or the deadline
    abandoned,  // kept open for ever (a fault)
    finished,
  };

  // Called with head_ grown.
  virtual void on_head() = 0;

  void open_session(const std::optional<DeflateParameters>& deflate, const std::string& behind);
  // Ends the connection once what is in out_ has gone.
  void end();
  void abandon() { phase_ = Phase::abandoned; }
  void finish();
  Session* session() { return session_.get(); }
  Phase phase() const { return phase_; }
  const Options& options() const { return *options_; }
  void restart_deadline();

  std::string head_;  // octets of the handshake so far
  std::string out_;   // octets to send
  Session::Handler handler_;
  bool keeps_deadline_ = true;

 private:
  void read_all();
  void take(const std::string& octets);
  bool take_as_wreck(const std::string& octets);
  void on_peer_end();
  void settle();
  void settle_life(Life life);
  bool stays_open(Life life) const;
  bool leaks() const;
  std::chrono::milliseconds hold() const;
  bool holds_back();
  void flush();
  bool write_some();
  void drain();
  void drop_sent();
  std::size_t unsent() const { return out_.size() - sent_; }

  Stream stream_;
  Role role_;
  const Options* options_;
  Phase phase_ = Phase::handshake;
  std::unique_ptr<Session> session_;
  Clock::time_point deadline_;
  Clock::time_point last_octet_;
  std::optional<Clock::time_point> held_until_;
  std::size_t sent_ = 0;  // octets at the front of out_ that are gone
  bool ending_ = false;
  bool resets_ = false;
  bool awaits_peer_ = false;  // the peer closes TCP first
  bool peer_ended_ = false;
};

}  // namespace sham
