// SPDX-License-Identifier: Apache-2.0
// A peer that speaks octets, and small helpers. Waits have a generous limit so that a broken
// runtime fails a test instead of hanging it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <osprey/websocket_client.hpp>
#include <osprey/websocket_server.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace osprey::test {

inline constexpr std::chrono::seconds kLimit{60};

// A blocking socket on the loopback.
class Raw {
 public:
  // `receive_buffer`: octets the kernel may hold for us; 0: its default.
  explicit Raw(std::uint16_t port, int receive_buffer = 0);
  explicit Raw(int fd) : fd_(fd) {}
  Raw(Raw&& other) noexcept;
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  ~Raw();

  bool send(std::string_view octets);
  // Octets taken before the peer stopped reading for `patience`.
  std::size_t send_until_blocked(std::string_view octets, std::chrono::milliseconds patience);
  void finish_sending();
  // Whether octets or the end of the connection come within `patience`; nothing is taken.
  bool readable_within(std::chrono::milliseconds patience) const;

  // Up to the empty line, which is included.
  std::string read_head();
  // Exactly so many, fewer if the connection ends.
  std::string read(std::size_t count);
  // All until the peer's FIN; sets `reset` when it was a reset instead.
  std::string read_to_end(bool* reset = nullptr);

  struct Frame {
    int opcode = 0;
    bool fin = true;
    std::string payload;
    int close_code() const;
  };
  // Nothing at the end of the connection.
  std::optional<Frame> read_frame();

  // A WebSocket from here on; the head of the answer.
  std::string upgrade(std::string_view path = "/", std::string_view extra_lines = "");

 private:
  std::size_t receive_some(bool* reset);

  int fd_ = -1;
  std::string unread_;
};

// A masked frame as a client sends it.
std::string client_frame(int opcode, std::string_view payload, bool fin = true);
std::string close_frame(int code, std::string_view reason = "");

// A port that is free now. Nothing but tests listens on the loopback, so it stays so.
std::uint16_t free_port();
std::size_t open_descriptors();
std::size_t running_threads();
// The same once it is down to `expected`, or after five seconds: the kernel may list a thread for a
// moment after it was joined.
std::size_t threads_left(std::size_t expected);

std::string octets_to_text(std::span<const std::uint8_t> octets);
std::span<const std::uint8_t> text_to_octets(std::string_view text);

// Something that happens once, in another thread.
class Signal {
 public:
  void set();
  // False when it did not happen within the limit.
  bool wait() const;
  bool is_set() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool set_ = false;
};

// Counts what happens in other threads.
class Counter {
 public:
  void add(std::size_t n = 1);
  bool wait_for(std::size_t n) const;
  std::size_t value() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::size_t value_ = 0;
};

// Sends every message back.
ServerHandlers echo_handlers();
// One thread, short deadlines for what a test provokes can be set by the caller.
ServerSettings small_settings();
WebSocketServer start(ServerSettings settings, ServerHandlers handlers);
// False when the server still had connections at the limit. A peer sees its connection end a moment
// before the server has forgotten it.
bool all_gone(const WebSocketServer& server);

}  // namespace osprey::test
