// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <osprey/vais_websocket.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>

#include "api/vais/guard.hpp"
#include "api/vais/memory.hpp"
#include "api/vais/peer.hpp"
#include "api/vais/receive.hpp"
#include "api/vais/socket.hpp"
#include "net/io.hpp"
#include "net/outcome.hpp"
#include "wire/handshake_server.hpp"
#include "wire/http_head.hpp"

namespace osprey::api::vais {
namespace {

using net::io;

constexpr std::chrono::seconds kHandshakeDeadline{5};
constexpr int kBacklog = 128;
constexpr std::int64_t kHighestPort = 65535;

WsConnection no_connection() {
  return {-1, 1, WS_STATE_CLOSED, 0};
}

std::int64_t listen_on(std::int64_t port) {
  net::Fd fd(io().create_socket(AF_INET, SOCK_STREAM));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  const bool listens =
      fd.valid() && io().set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) == 0 &&
      io().bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      io().listen(fd.get(), kBacklog) == 0;
  return listens ? fd.release() : -1;
}

// Answers the request in `head`; true: the connection is a WebSocket now.
bool answer_request(std::int64_t fd, std::string_view head) {
  wire::Buffer out;
  bool accepted = false;
  const auto request = wire::read_upgrade_request(head);
  if (request) {
    accepted = wire::append_acceptance(request.value(), {}, out) == wire::WireError::none;
  } else {
    wire::append_refusal(request.error(), request.failure().detail, out, wire::asks_for_head(head));
  }
  return send_all(fd, out.octets()) && accepted;
}

// `first`: octets of the client that were read before.
WsConnection shake_hands(std::int64_t fd, wire::ConstOctets first) {
  const Deadline deadline = std::chrono::steady_clock::now() + kHandshakeDeadline;
  wire::HeadReader reader(WS_HEADER_BUFFER);
  wire::Buffer input;
  input.append(first);
  while (reader.state() == wire::HeadReader::State::needs_more) {
    if (input.empty() && !receive_some(fd, input, deadline)) {
      return no_connection();
    }
    input.consume(reader.feed(input.octets()));
  }
  if (reader.state() == wire::HeadReader::State::failed) {
    wire::Buffer out;
    wire::append_refusal(reader.error(), {}, out, wire::asks_for_head(reader.text()));
    (void)send_all(fd, out.octets());
    return no_connection();
  }
  if (!answer_request(fd, reader.text())) {
    return no_connection();
  }
  // Frames may follow the request in the same segment.
  new_peer(fd)->ahead.append(input.octets());
  return {fd, 1, WS_STATE_OPEN, 0};
}

bool is_running(WsServer& server) {
  return std::atomic_ref(server.running).load() != 0;
}

// Whether the listener itself is at an end; all else accept(2) reports is one connection's trouble
// with the network, or passes.
bool ends_listening(int error) {
  return error == EBADF || error == EINVAL || error == ENOTSOCK || error == EOPNOTSUPP;
}

enum class WhenStarved : std::uint8_t { give_up, wait };

// -1 when the server stops; also without descriptors or memory, unless they are to be waited for.
std::int64_t accept_socket(WsServer& server, WhenStarved starved) {
  constexpr int kPauseMs = 100;
  const int listener = static_cast<int>(server.listener_fd);
  while (is_running(server)) {
    const int fd = io().accept(listener, 0);
    if (fd >= 0) {
      (void)io().set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
      return fd;
    }
    const int error = errno;
    if (ends_listening(error) || (starved == WhenStarved::give_up && net::lacks_resources(error))) {
      return -1;
    }
    if (error != EINTR && error != ECONNABORTED) {
      pollfd stopped{listener, 0, 0};  // clients wait in the kernel's queue; only stop() wakes this
      io().poll(&stopped, 1, kPauseMs);
    }
  }
  return -1;
}

WsConnection accept_connection(WsServer& server) {
  const std::int64_t fd = accept_socket(server, WhenStarved::give_up);
  if (fd < 0) {
    return no_connection();
  }
  const WsConnection connection = shake_hands(fd, {});
  if (connection.fd < 0) {
    end_gently(fd, std::chrono::steady_clock::now() + kHandshakeDeadline);
  }
  return connection;
}

// Echoes what a client says until it ends.
void echo(WsConnection& connection) {
  while (connection.state == WS_STATE_OPEN) {
    WsFrame frame = receive_frame(connection, kNoDeadline);
    if (frame.opcode < 0) {
      break;
    }
    if (WsFrame_is_ping(&frame) != 0) {
      (void)WsConnection_send_pong(&connection);
    } else if (WsFrame_is_control(&frame) == 0) {
      // A fragment comes back as the same fragment, so the message does too.
      (void)send_frame(connection, frame);
    }
    (void)WsFrame_drop(&frame);
  }
}

std::int64_t run_echo(WsServer& server) {
  std::int64_t served = 0;
  while (is_running(server)) {
    const std::int64_t fd = accept_socket(server, WhenStarved::wait);
    if (fd < 0) {
      break;
    }
    WsConnection connection = shake_hands(fd, {});
    const Deadline deadline = std::chrono::steady_clock::now() + kHandshakeDeadline;
    if (connection.fd < 0) {
      end_gently(fd, deadline);
      continue;
    }
    echo(connection);
    ++served;
    end_gently(connection.fd, deadline);
    forget_peer(connection.fd);
  }
  return served;
}

}  // namespace
}  // namespace osprey::api::vais

using namespace osprey::api::vais;  // NOLINT: the C functions below only pass on

WsServer WsServer_bind(int64_t port) {
  const std::int64_t fd = port >= 1 && port <= kHighestPort ? listen_on(port) : -1;
  return {fd, port, fd >= 0 ? 1 : 0};
}

int64_t WsServer_is_valid(const WsServer* self) {
  return self != nullptr && self->listener_fd >= 0 ? 1 : 0;
}

WsConnection WsServer_accept(WsServer* self) {
  return guarded(no_connection(), [&] {
    return WsServer_is_valid(self) == 0 ? no_connection() : accept_connection(*self);
  });
}

int64_t WsServer_run_echo(WsServer* self) {
  return guarded(-1,
                 [&] { return WsServer_is_valid(self) == 0 ? std::int64_t{-1} : run_echo(*self); });
}

int64_t WsServer_stop(WsServer* self) {
  if (WsServer_is_valid(self) == 0) {
    return -1;
  }
  std::atomic_ref(self->running).store(0);
  // Wakes a thread that waits in accept(); without it that thread would wait for ever, so it is
  // tried twice.
  const int listener = static_cast<int>(self->listener_fd);
  (void)(io().shutdown(listener, SHUT_RDWR) == 0 || io().shutdown(listener, SHUT_RDWR) == 0);
  return 0;
}

int64_t WsServer_close(WsServer* self) {
  if (WsServer_is_valid(self) == 0) {
    return -1;
  }
  std::atomic_ref(self->running).store(0);
  close_now(self->listener_fd);
  self->listener_fd = -1;
  return 0;
}

int64_t WsServer_drop(WsServer* self) {
  (void)WsServer_close(self);
  return 0;
}

WsServer ws_server(int64_t port) {
  return WsServer_bind(port);
}

WsConnection ws_upgrade(int64_t fd, int64_t buffer, int64_t buffer_len) {
  return guarded(no_connection(), [&] {
    const auto first = octets_at(buffer, buffer_len);
    return first && is_stream_socket(fd) ? shake_hands(fd, *first) : no_connection();
  });
}
