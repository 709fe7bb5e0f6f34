// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <osprey/http_server.hpp>
#include <thread>
#include <utility>

namespace osprey::test {
namespace {

constexpr int kLimitMs = 60'000;

bool ready(int fd, short events, int timeout_ms) {
  pollfd waiting{fd, events, 0};
  int count = 0;
  do {
    count = ::poll(&waiting, 1, timeout_ms);
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

}  // namespace

Raw::Raw(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ADD_FAILURE() << "cannot connect to port " << port << ", errno " << errno;
  }
}

Raw::Raw(Raw&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}

Raw::~Raw() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

bool Raw::send(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t count = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (count < 0) {
      return false;
    }
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::size_t Raw::send_until_blocked(std::string_view octets, std::chrono::milliseconds patience) {
  std::size_t sent = 0;
  while (sent < octets.size() && ready(fd_, POLLOUT, static_cast<int>(patience.count()))) {
    const ssize_t count =
        ::send(fd_, octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN) {
      break;
    }
    sent += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return sent;
}

bool Raw::readable_within(std::chrono::milliseconds patience) const {
  return ready(fd_, POLLIN, static_cast<int>(patience.count()));
}

void Raw::finish_sending() {
  ::shutdown(fd_, SHUT_WR);
}

// How many octets came; 0 at the end.
std::size_t Raw::receive_some(bool* reset) {
  if (!ready(fd_, POLLIN, kLimitMs)) {
    ADD_FAILURE() << "nothing came until the limit";
    return 0;
  }
  char block[65536];
  const ssize_t count = ::recv(fd_, block, sizeof block, 0);
  if (count < 0 && reset != nullptr) {
    *reset = true;
  }
  if (count <= 0) {
    return 0;
  }
  unread_.append(block, static_cast<std::size_t>(count));
  return static_cast<std::size_t>(count);
}

std::string Raw::read_head() {
  std::size_t end = std::string::npos;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (receive_some(nullptr) == 0) {
      return std::exchange(unread_, {});
    }
  }
  std::string head = unread_.substr(0, end + 4);
  unread_.erase(0, end + 4);
  return head;
}

std::string Raw::read(std::size_t count) {
  while (unread_.size() < count && receive_some(nullptr) > 0) {
  }
  std::string octets = unread_.substr(0, count);
  unread_.erase(0, count);
  return octets;
}

std::string Raw::read_to_end(bool* reset) {
  while (receive_some(reset) > 0) {
  }
  return std::exchange(unread_, {});
}

int Raw::Frame::close_code() const {
  return payload.size() < 2 ? 1005
                            : (static_cast<unsigned char>(payload[0]) << 8) |
                                  static_cast<unsigned char>(payload[1]);
}

std::optional<Raw::Frame> Raw::read_frame() {
  const std::string start = read(2);
  if (start.size() < 2) {
    return std::nullopt;
  }
  Frame frame;
  frame.opcode = start[0] & 0x0F;
  frame.fin = (start[0] & 0x80) != 0;
  std::uint64_t length = static_cast<unsigned char>(start[1]) & 0x7FU;
  const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (more > 0) {
    length = 0;
    for (const char c : read(more)) {
      length = length << 8U | static_cast<unsigned char>(c);
    }
  }
  frame.payload = read(length);
  return frame.payload.size() == length ? std::optional(frame) : std::nullopt;
}

std::string Raw::upgrade(std::string_view path, std::string_view extra_lines) {
  send("GET " + std::string(path) +
       " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n" +
       std::string(extra_lines) + "\r\n");
  return read_head();
}

std::string client_frame(int opcode, std::string_view payload, bool fin) {
  std::string frame(1, static_cast<char>((fin ? 0x80 : 0) | opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    const int octets = payload.size() < 65536 ? 2 : 8;
    frame += static_cast<char>(0x80 | (octets == 2 ? 126 : 127));
    for (int i = octets - 1; i >= 0; --i) {
      frame += static_cast<char>(payload.size() >> (8 * i));
    }
  }
  static constexpr char kMask[] = {0x12, 0x34, 0x56, 0x78};
  frame.append(kMask, 4);
  const std::size_t at = frame.size();
  frame += payload;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame[at + i] = static_cast<char>(frame[at + i] ^ kMask[i % 4]);
  }
  return frame;
}

std::string close_frame(int code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return client_frame(8, payload.append(reason));
}

namespace {

std::size_t entries_of(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++count;
  }
  return count;
}

// What `count` says once it is down to `expected`, or after `limit`.
std::size_t sinks_to(std::size_t expected, const std::function<std::size_t()>& count,
                     std::chrono::seconds limit) {
  const auto last = std::chrono::steady_clock::now() + limit;
  std::size_t left = count();
  while (left > expected && std::chrono::steady_clock::now() < last) {
    std::this_thread::yield();
    left = count();
  }
  return left;
}

}  // namespace

std::uint16_t free_port() {
  const auto server = HttpServer::bind({});
  return server.value().port();
}

std::size_t open_descriptors() {
  return entries_of("/proc/self/fd");
}
std::size_t running_threads() {
  return entries_of("/proc/self/task");
}
std::size_t threads_left(std::size_t expected) {
  return sinks_to(expected, running_threads, std::chrono::seconds(5));
}

std::string octets_to_text(std::span<const std::uint8_t> octets) {
  return {octets.begin(), octets.end()};
}

std::span<const std::uint8_t> text_to_octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void Signal::set() {
  {
    const std::lock_guard lock(mutex_);
    set_ = true;
  }
  changed_.notify_all();
}

bool Signal::wait() const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kLimit, [this] { return set_; });
}

bool Signal::is_set() const {
  const std::lock_guard lock(mutex_);
  return set_;
}

void Counter::add(std::size_t n) {
  {
    const std::lock_guard lock(mutex_);
    value_ += n;
  }
  changed_.notify_all();
}

bool Counter::wait_for(std::size_t n) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kLimit, [&] { return value_ >= n; });
}

std::size_t Counter::value() const {
  const std::lock_guard lock(mutex_);
  return value_;
}

ServerHandlers echo_handlers() {
  ServerHandlers handlers;
  handlers.on_message = [](const Connection& connection, const Message& message) {
    (void)connection.send(message);
  };
  return handlers;
}

ServerSettings small_settings() {
  ServerSettings settings;
  settings.threads = 1;
  return settings;
}

WebSocketServer start(ServerSettings settings, ServerHandlers handlers) {
  auto server = WebSocketServer::start(std::move(settings), std::move(handlers));
  if (!server) {
    ADD_FAILURE() << server.error().message;
    std::abort();
  }
  return std::move(server.value());
}

bool all_gone(const WebSocketServer& server) {
  return sinks_to(
             0, [&] { return server.connections(); }, kLimit) == 0;
}

}  // namespace osprey::test
