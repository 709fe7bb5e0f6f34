// SPDX-License-Identifier: Apache-2.0
// vais-echo-client URL: goes through all cases of a fuzzing server on WsConnection_from_client().
// The Vais text leaves a client's opening handshake to the program; this one has it from wire.
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <osprey/vais_websocket.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "wire/handshake_client.hpp"
#include "wire/handshake_key.hpp"

namespace {

namespace wire = osprey::wire;

constexpr int kNotThrough = 1;
constexpr int kBadUse = 2;
constexpr std::size_t kHeadLimit = std::size_t{16} * 1024;
constexpr int kMostInterim = 8;
constexpr timeval kPatience{1, 500'000};  // for the answer to the request

int connect_to(const wire::WsUrl& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found) != 0) {
    return -1;
  }
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  const bool connected = fd >= 0 && ::connect(fd, found->ai_addr, found->ai_addrlen) == 0 &&
                         ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
  ::freeaddrinfo(found);
  if (!connected && fd >= 0) {
    ::close(fd);
  }
  return connected ? fd : -1;
}

// The response's head, octet by octet: what follows belongs to WsConnection.
bool read_head(int fd, wire::HeadReader& reader) {
  std::uint8_t octet = 0;
  while (reader.state() == wire::HeadReader::State::needs_more && ::recv(fd, &octet, 1, 0) == 1) {
    (void)reader.feed(wire::ConstOctets(&octet, 1));
  }
  return reader.state() == wire::HeadReader::State::complete;
}

bool shake_hands(int fd, const wire::WsUrl& url) {
  const auto key = wire::fresh_key();
  if (!key) {
    return false;
  }
  wire::UpgradeOffer offer;
  offer.resource = url.resource;
  offer.authority = url.authority;
  offer.key = key.value();
  wire::Buffer out;
  const timeval none{};
  if (!wire::append_upgrade_request(offer, out) ||
      ::send(fd, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size()) ||
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) != 0) {
    return false;
  }
  for (int interim = 0; interim < kMostInterim; ++interim) {
    wire::HeadReader reader(kHeadLimit, wire::HeadKind::response);
    if (!read_head(fd, reader)) {
      return false;
    }
    if (!wire::is_interim_response(reader.text())) {
      return wire::check_upgrade_response(reader.text(), offer).ok() &&
             ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none) == 0;
    }
  }
  return false;
}

// Echoes until the end; what came last is left in `last`.
bool talk(const wire::WsUrl& url, bool echo, std::string& last) {
  const int fd = connect_to(url);
  if (fd < 0 || !shake_hands(fd, url)) {
    ::close(fd);
    return false;
  }
  WsConnection connection = WsConnection_from_client(fd);
  while (WsConnection_is_open(&connection) != 0) {
    WsFrame frame = WsConnection_recv_frame(&connection);
    if (WsFrame_is_ping(&frame) != 0) {
      (void)WsConnection_send_pong(&connection);
    } else if (frame.opcode >= 0 && WsFrame_is_control(&frame) == 0) {
      last = WsFrame_payload_text(&frame);
      if (echo) {
        (void)WsConnection_send_frame(&connection, &frame);
      }
    }
    (void)WsFrame_drop(&frame);
  }
  (void)WsConnection_close(&connection);
  return true;
}

bool talk_at(const std::string& text, bool echo, std::string& last) {
  const auto url = wire::parse_ws_url(text);
  return url && talk(url.value(), echo, last);
}

int run_cases(const std::string& base) {
  std::string answer;
  unsigned count = 0;
  if (!talk_at(base + "/getCaseCount", false, answer) ||
      std::from_chars(answer.data(), answer.data() + answer.size(), count).ec != std::errc()) {
    std::fprintf(stderr, "vais-echo-client: %s/getCaseCount gave no number\n", base.c_str());
    return kNotThrough;
  }
  for (unsigned number = 1; number <= count; ++number) {
    // Refused handshakes are cases too.
    (void)talk_at(base + "/runCase?case=" + std::to_string(number) + "&agent=vais", true, answer);
  }
  return talk_at(base + "/updateReports?agent=vais", false, answer) ? 0 : kNotThrough;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !wire::parse_ws_url(argv[1])) {
    std::fputs("usage: vais-echo-client ws://HOST:PORT\n", stderr);
    return kBadUse;
  }
  std::string base = argv[1];
  while (base.ends_with('/')) {
    base.pop_back();
  }
  return run_cases(base);
}
