// SPDX-License-Identifier: Apache-2.0
#include "net/sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "net/address.hpp"
#include "net/outcome.hpp"

namespace osprey::net {
namespace {

using Clock = std::chrono::steady_clock;
using Poco::Net::SocketAddress;

constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr int kOwedAttempts = 6;

ErrorCode code_of_bind(int error) {
  return error == EADDRINUSE ? ErrorCode::address_in_use : ErrorCode::address_unusable;
}

int milliseconds_until(Clock::time_point when) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (io().local_address(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return 0;
  }
  // sin_port and sin6_port are at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

Result<Listening> listen_once(const SocketAddress& address, const ListenRequest& request) {
  const std::string where = "cannot listen on " + text_of(request.host, request.port);
  Listening made;
  made.fd = Fd(io().create_socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK));
  if (!made.fd.valid()) {
    return system_error(ErrorCode::socket_failed, where, errno);
  }
  // A port whose last connections are still in TIME_WAIT is free all the same; accepted sockets
  // inherit the second option, which saves a call for each.
  if (io().set_option(made.fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) != 0 ||
      io().set_option(made.fd.get(), IPPROTO_TCP, TCP_NODELAY, 1) != 0) {
    return system_error(ErrorCode::options_failed, where, errno);
  }
  if (io().bind(made.fd.get(), address.addr(), address.length()) != 0) {
    return system_error(code_of_bind(errno), where, errno);
  }
  if (io().listen(made.fd.get(), request.backlog) != 0) {
    // Another socket that is bound there too may have been first.
    const bool taken = errno == EADDRINUSE;
    return system_error(taken ? ErrorCode::address_in_use : ErrorCode::listen_failed, where, errno);
  }
  made.port = port_of(made.fd.get());
  if (made.port == 0) {
    return system_error(ErrorCode::system, where, errno);
  }
  return made;
}

// A socket on its way to `address`; connected or not yet.
Result<Fd> begin_connect(const SocketAddress& address) {
  Fd fd(io().create_socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK));
  if (!fd.valid()) {
    return system_error(ErrorCode::no_resources, "cannot create a socket", errno);
  }
  io().set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (io().connect(fd.get(), address.addr(), address.length()) != 0 && errno != EINPROGRESS) {
    return system_error(ErrorCode::connect_failed, "cannot connect to " + address.toString(),
                        errno);
  }
  return fd;
}

Result<Fd> connect_once(const SocketAddress& address, Clock::time_point deadline) {
  Result<Fd> begun = begin_connect(address);
  if (!begun) {
    return begun;
  }
  const std::string where = "cannot connect to " + address.toString();
  pollfd waiting{begun.value().get(), POLLOUT, 0};
  int ready = 0;
  do {
    ready = io().poll(&waiting, 1, milliseconds_until(deadline));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) {
    return system_error(ErrorCode::system, where, errno);
  }
  if (ready == 0) {
    return Error{ErrorCode::timed_out, where + ": no answer until the deadline", 0};
  }
  int error = 0;
  if (io().get_option(begun.value().get(), SOL_SOCKET, SO_ERROR, &error) != 0) {
    error = errno;
  }
  if (error != 0) {
    return system_error(ErrorCode::connect_failed, where, error);
  }
  return begun;
}

}  // namespace

Result<Listening> listen_on(const ListenRequest& request) {
  auto addresses = resolve(request.host, request.port);
  if (!addresses) {
    addresses.error().message += " to listen on its port " + std::to_string(request.port);
    return std::move(addresses.error());
  }
  const Clock::time_point last = Clock::now() + request.retry;
  auto pause = kFirstPause;
  // On a machine that stands still meanwhile the time may be over after one attempt: some are owed.
  for (int attempts = 1;; ++attempts) {
    Result<Listening> made = listen_once(addresses.value().front(), request);
    const bool over = Clock::now() >= last;
    const bool owed = request.retry.count() > 0 && attempts < kOwedAttempts;
    if (made || made.error().code != ErrorCode::address_in_use || (over && !owed)) {
      return made;
    }
    const int whole = static_cast<int>(pause.count());
    io().poll(nullptr, 0, over ? whole : std::min(milliseconds_until(last), whole));
    pause = std::min(pause * 2, kLongestPause);
  }
}

Result<Fd> connect_to(const std::string& host, std::uint16_t port, Clock::time_point deadline) {
  auto addresses = resolve(host, port);
  if (!addresses) {
    // Nothing was to be bound: for who connects, an unknown host is one that cannot be reached.
    addresses.error().code = ErrorCode::connect_failed;
    return std::move(addresses.error());
  }
  Result<Fd> outcome = Error{ErrorCode::connect_failed, "no address to connect to", 0};
  for (const SocketAddress& address : addresses.value()) {
    outcome = connect_once(address, deadline);
    if (outcome || outcome.error().code == ErrorCode::timed_out) {
      break;
    }
  }
  return outcome;
}

}  // namespace osprey::net
