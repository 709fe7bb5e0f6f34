// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace osprey::bench {
namespace {

constexpr int kPatience = 20;  // seconds
constexpr std::size_t kAtATime = 128;

// The key of RFC 6455 §1.3 and the answer given there.
constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

LoadError system_error(const std::string& what) {
  return LoadError(fmt::format("{}: {}", what, std::strerror(errno)));
}

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    throw LoadError(fmt::format("\"{}\" is not an IPv4 address", host));
  }
  return address;
}

void set_option(int fd, int level, int option, int value) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) {
    throw system_error("setting a socket option");
  }
}

void connect_from(int fd, const Target& target, unsigned source) {
  if (source != 0) {
    // The port is chosen when connecting, so that each address has all ports towards one server.
    set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    const sockaddr_in from = address_of(fmt::format("127.0.0.{}", source), 0);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
      throw system_error(fmt::format("binding to 127.0.0.{}", source));
    }
  }
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  const timeval patience{kPatience, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in to = address_of(target.host, target.port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    throw system_error(fmt::format("connecting to {}:{}", target.host, target.port));
  }
}

void send_handshake(int fd, const Target& target) {
  const std::string request = fmt::format(
      "GET / HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n{}\r\n",
      target.host, target.port, kKey,
      target.deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    throw system_error("sending the handshake");
  }
}

void read_handshake(int fd) {
  std::string response;
  while (response.find("\r\n\r\n") == std::string::npos) {
    char octets[2048];
    const ssize_t count = recv(fd, octets, sizeof octets, 0);
    if (count < 0) throw system_error("reading the handshake");
    if (count == 0) throw LoadError("the server closed the connection during the handshake");
    response.append(octets, static_cast<std::size_t>(count));
  }
  if (response.rfind("HTTP/1.1 101", 0) != 0 || response.find(kAccept) == std::string::npos) {
    throw LoadError("the server refused the handshake: " + response.substr(0, response.find('\r')));
  }
}

}  // namespace

Target parse_target(const std::string& url) {
  const std::string scheme = "ws://";
  Target target;
  std::size_t colon = url.rfind(':');
  if (url.rfind(scheme, 0) == 0 && colon > scheme.size()) {
    target.host = url.substr(scheme.size(), colon - scheme.size());
    const unsigned long port = std::strtoul(url.c_str() + colon + 1, nullptr, 10);
    if (port > 0 && port < 65536) {
      target.port = static_cast<std::uint16_t>(port);
      return target;
    }
  }
  throw LoadError(fmt::format("\"{}\" is not of the form ws://127.0.0.1:9001", url));
}

Client::Client(const Target& target, const EchoFrame& frame, unsigned source)
    : frame_(&frame), reader_(frame.payload, target.deflate) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw system_error("making a socket");
  try {
    connect_from(fd_, target, source);
    send_handshake(fd_, target);
  } catch (...) {
    close(fd_);
    throw;
  }
}

void Client::finish_handshake() {
  read_handshake(fd_);
  fcntl(fd_, F_SETFL, O_NONBLOCK);
}

Client::~Client() {
  if (fd_ >= 0) close(fd_);
}

void Client::send(std::size_t count, const std::string& copies) {
  const bool was_owing = owes();
  owed_ += count * frame_->wire.size();
  if (!was_owing) flush(copies);
}

void Client::flush(const std::string& copies) {
  while (owed_ > 0) {
    const std::size_t size = std::min(owed_, copies.size() - position_);
    const ssize_t sent = ::send(fd_, copies.data() + position_, size, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      throw system_error("sending");
    }
    owed_ -= static_cast<std::size_t>(sent);
    position_ = (position_ + static_cast<std::size_t>(sent)) % frame_->wire.size();
    if (static_cast<std::size_t>(sent) < size) return;
  }
}

std::size_t Client::receive(std::vector<char>& buffer, bool compare) {
  const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) return 0;
    throw system_error("receiving");
  }
  if (count == 0) throw LoadError("the server dropped a connection");
  const std::size_t messages =
      reader_.feed(buffer.data(), static_cast<std::size_t>(count), compare);
  if (reader_.error() != nullptr) throw LoadError(reader_.error());
  if (reader_.has_ping() && !owes()) {
    const std::string pong = make_pong(reader_.take_ping());
    ::send(fd_, pong.data(), pong.size(), MSG_NOSIGNAL);
  }
  return messages;
}

void Client::await_reply(std::vector<char>& buffer, int seconds) {
  for (std::size_t messages = 0; messages == 0;) {
    pollfd waiting{fd_, static_cast<short>(owes() ? POLLIN | POLLOUT : POLLIN), 0};
    if (poll(&waiting, 1, seconds * 1000) <= 0) throw LoadError("no reply in time");
    if ((waiting.revents & POLLOUT) != 0) flush(frame_->wire);
    if ((waiting.revents & ~POLLOUT) != 0) messages = receive(buffer, true);
  }
}

std::vector<Client> open_clients(const Target& target, const EchoFrame& frame, std::size_t count,
                                 bool spread) {
  constexpr std::size_t kPerAddress = 4000;
  std::vector<Client> clients;
  clients.reserve(count);
  while (clients.size() < count) {
    const std::size_t first = clients.size();
    while (clients.size() < std::min(count, first + kAtATime)) {
      const std::size_t source = spread ? 2 + clients.size() / kPerAddress : 0;
      clients.emplace_back(target, frame, static_cast<unsigned>(source));
    }
    for (std::size_t i = first; i < clients.size(); ++i) clients[i].finish_handshake();
  }
  return clients;
}

void echo_each(std::vector<Client>& clients, const EchoFrame& frame, std::vector<char>& buffer) {
  for (std::size_t first = 0; first < clients.size(); first += kAtATime) {
    const std::size_t end = std::min(clients.size(), first + kAtATime);
    for (std::size_t i = first; i < end; ++i) clients[i].send(1, frame.wire);
    for (std::size_t i = first; i < end; ++i) clients[i].await_reply(buffer, kPatience);
  }
}

}  // namespace osprey::bench
