// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "vais.hpp"

namespace driver::vais {
namespace {

// RFC 6455 §1.3's key: what is asked with it is the program's, the module sees frames only.
constexpr std::string_view kRequest =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

sockaddr_in loopback(I port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int tcp_socket() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

// Octet by octet, so that what follows the head stays in the socket.
std::string read_head(int fd) {
  std::string head;
  char octet = 0;
  while (!head.ends_with(kHeadEnd) && ::recv(fd, &octet, 1, 0) == 1) head += octet;
  return head;
}

// Connects, asks for a WebSocket, and has read the answer's head.
Reply dial(Arguments& a) {
  const sockaddr_in to = loopback(a.number("port"));
  const int fd = tcp_socket();
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 ||
      ::send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) {
    ::close(fd);
    return errored("the program cannot connect");
  }
  variables().descriptor(a.text("as")).fd = fd;
  return value_of(read_head(fd).substr(0, 12));
}

Reply listen(Arguments& a) {
  const sockaddr_in on = loopback(a.number("port"));
  const int fd = tcp_socket();
  const int yes = 1;
  if (::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(fd, reinterpret_cast<const sockaddr*>(&on), sizeof on) != 0 || ::listen(fd, 16) != 0) {
    ::close(fd);
    return errored("the program cannot listen");
  }
  variables().descriptor(a.text("as")).fd = fd;
  return value_of(nullptr);
}

// Takes one connection, and so many octets off it, or its whole head.
Reply accept(Arguments& a) {
  Variables::Descriptor& taken = variables().descriptor(a.text("as"));
  taken.fd =
      ::accept4(static_cast<int>(variables().fd_of(a.raw("of"))), nullptr, nullptr, SOCK_CLOEXEC);
  const int fd = static_cast<int>(taken.fd);
  if (fd < 0) return errored("the program cannot accept");
  if (a.raw("read") == "head") {
    taken.read = read_head(fd);
  } else {
    taken.read.resize(static_cast<std::size_t>(a.number("read")));
    if (!taken.read.empty() && ::recv(fd, taken.read.data(), taken.read.size(), MSG_WAITALL) !=
                                   static_cast<ssize_t>(taken.read.size()))
      return errored("the program read less");
  }
  return value_of(nullptr);
}

// A descriptor that is no connection.
Reply descriptor(Arguments& a) {
  const std::string kind = a.text("kind");
  int fd = -1;
  if (kind == "file" || kind == "closed") {
    fd = ::memfd_create("file", MFD_CLOEXEC);
  } else if (kind == "datagram") {
    fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  } else if (kind == "pipe") {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) == 0) fd = ends[0];
    if (fd >= 0) ::close(ends[1]);  // whoever reads comes to the end
  } else {
    return errored("no descriptor of kind " + kind);
  }
  variables().descriptor(a.text("as")).fd = fd;
  if (kind == "closed") ::close(fd);
  return value_of(nullptr);
}

}  // namespace

void add_program_functions(Functions& all) {
  all["fields"] = [](Arguments& a, int) {
    json found = variables().fields(a.text("of"));
    return found.is_null() ? errored("no such variable") : value_of(std::move(found));
  };
  all["payload"] = [](Arguments& a, int) {
    return value_of(json_of(variables().payload(a.text("of"))));
  };
  all["dial"] = [](Arguments& a, int) { return dial(a); };
  all["listen"] = [](Arguments& a, int) { return listen(a); };
  all["accept"] = [](Arguments& a, int) { return accept(a); };
  all["descriptor"] = [](Arguments& a, int) { return descriptor(a); };
}

}  // namespace driver::vais
