// SPDX-License-Identifier: Apache-2.0
#include "subject/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstring>
#include <fstream>

namespace conform {

std::string Target::authority() const {
  const std::string shown = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  const bool usual = port == (tls ? 443 : 80);
  return usual ? shown : shown + ":" + std::to_string(port);
}

static std::string parse_authority(const std::string& text, Target& out) {
  auto colon = text.rfind(':');
  if (!text.empty() && text.front() == '[') {
    const auto bracket = text.find(']');
    if (bracket == std::string::npos) return "the address lacks its ']'";
    out.host = text.substr(1, bracket - 1);
    colon = text.find(':', bracket);
  } else {
    out.host = text.substr(0, colon);
  }
  if (out.host.empty()) return "the host is missing";
  out.port = out.tls ? 443 : 80;
  if (colon == std::string::npos) return {};
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end || port == 0 || port > 65535) {
    return "the port must be a number from 1 to 65535";
  }
  out.port = static_cast<std::uint16_t>(port);
  return {};
}

std::string parse_url(const std::string& url, Target& out) {
  const auto slashes = url.find("://");
  const std::string scheme = url.substr(0, slashes == std::string::npos ? 0 : slashes);
  if (scheme != "ws" && scheme != "wss" && scheme != "http" && scheme != "https") {
    return "'" + url + "' is no ws://, wss://, http:// or https:// URL";
  }
  out.tls = scheme == "wss" || scheme == "https";
  out.http = scheme[0] == 'h';
  const auto start = slashes + 3;
  const auto slash = url.find_first_of("/?", start);
  const std::string authority =
      url.substr(start, slash == std::string::npos ? slash : slash - start);
  out.path = slash == std::string::npos ? "/" : url.substr(slash);
  if (out.path.front() == '?') out.path = "/" + out.path;
  if (out.path.find('#') != std::string::npos) return "a WebSocket URL has no fragment ('#')";
  const std::string why = parse_authority(authority, out);
  return why.empty() ? why : "'" + url + "': " + why;
}

std::string resolve(const std::string& host, std::uint16_t port, std::vector<Address>& out) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return "cannot find " + host + ": " + gai_strerror(error);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Address address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    out.push_back(address);
  }
  freeaddrinfo(found);
  return out.empty() ? "no address for " + host : std::string();
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  std::uint16_t port = 0;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  ::close(fd);
  return port;
}

int occupy_port(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof(address);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(fd, 16) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
    return fd;
  }
  ::close(fd);
  return -1;
}

void close_descriptor(int fd) {
  ::close(fd);
}

bool port_is_free(std::uint16_t port) {
  const int fd = occupy_port(port);
  if (fd < 0) return false;
  ::close(fd);
  return true;
}

std::uint16_t quiet_port() {
  static constexpr unsigned kLowest = 10000;
  static std::atomic<unsigned> next = static_cast<unsigned>(::getpid()) * 7919U;
  unsigned first_taken = 32768;
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  range >> first_taken;
  if (first_taken < kLowest + 1000 || first_taken > 65535) return free_port();
  for (int tries = 0; tries < 2000; ++tries) {
    const unsigned at = next.fetch_add(13);
    const auto port = static_cast<std::uint16_t>(kLowest + at % (first_taken - kLowest));
    if (port_is_free(port)) return port;
  }
  return free_port();
}

}  // namespace conform
