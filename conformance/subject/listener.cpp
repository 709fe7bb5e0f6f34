// SPDX-License-Identifier: Apache-2.0
#include "subject/listener.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "subject/address.hpp"

namespace conform {

Listener::~Listener() {
  if (fd_ < 0) return;
  loop_.forget(fd_, this);
  ::close(fd_);
}

static std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  if (storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

std::string Listener::listen(const std::string& host, std::uint16_t port) {
  std::vector<Address> addresses;
  std::string why = resolve(host, port, addresses);
  if (!why.empty()) return why;
  const Address& address = addresses.front();
  fd_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
      ::listen(fd_, 1024) != 0) {
    const std::string error = std::strerror(errno);
    ::close(fd_);
    fd_ = -1;
    return "cannot listen on " + host + ":" + std::to_string(port) + ": " + error;
  }
  port_ = port_of(fd_);
  loop_.watch(fd_, EPOLLIN, this);
  return {};
}

void Listener::on_ready(std::uint32_t) {
  while (true) {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    accepted_(fd);
  }
}

}  // namespace conform
