// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

#include "fault.hpp"
#include "server_connection.hpp"
#include "tls.hpp"

namespace sham {
namespace {

constexpr int kBacklog = 1024;
constexpr int kTickMilliseconds = 20;
constexpr int kEventsPerTurn = 256;

// -1 with errno set when the port cannot be had.
int listen_on(std::uint16_t& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, size) != 0 || listen(listener, kBacklog) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    close(listener);
    return -1;
  }
  port = ntohs(address.sin_port);
  return listener;
}

class Server {
 public:
  Server(const Options& options, int listener, SSL_CTX* tls)
      : options_(&options), tls_(tls), listener_(listener), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, kEventsPerTurn> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), kEventsPerTurn,
                                   connections_.empty() ? -1 : kTickMilliseconds);
      for (int i = 0; i < count; ++i) {
        serve(events[static_cast<std::size_t>(i)]);
      }
      tick();
    }
  }

 private:
  struct Entry {
    std::unique_ptr<ServerConnection> connection;
    std::uint32_t watched = 0;
  };

  void watch(int socket, std::uint32_t interest, int operation) const {
    epoll_event event{};
    event.events = interest;
    event.data.fd = socket;
    epoll_ctl(epoll_, operation, socket, &event);
  }

  void accept_all() {
    for (;;) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) {
        return;
      }
      Stream stream(socket, tls_ != nullptr ? server_side(tls_) : nullptr);
      Entry entry{std::make_unique<ServerConnection>(std::move(stream), *options_)};
      if (entry.connection->finished()) {
        continue;
      }
      if (fault(Fault::blocks_on_handshake)) {
        serve_alone(*entry.connection);
      }
      entry.watched = EPOLLIN;
      watch(socket, EPOLLIN, EPOLL_CTL_ADD);
      connections_.emplace(socket, std::move(entry));
    }
  }

  static void serve_alone(ServerConnection& connection) {
    while (connection.in_handshake()) {
      pollfd ready{connection.socket(), POLLIN, 0};
      poll(&ready, 1, kTickMilliseconds);
      connection.on_ready(ready.revents != 0);
      connection.on_time();
    }
  }

  void serve(const epoll_event& event) {
    if (event.data.fd == listener_) {
      accept_all();
      return;
    }
    const auto found = connections_.find(event.data.fd);
    if (found == connections_.end()) {
      return;
    }
    found->second.connection->on_ready((event.events & ~std::uint32_t{EPOLLOUT}) != 0);
    update(found);
  }

  void update(std::map<int, Entry>::iterator entry) {
    ServerConnection& connection = *entry->second.connection;
    if (connection.finished()) {
      epoll_ctl(epoll_, EPOLL_CTL_DEL, entry->first, nullptr);
      connections_.erase(entry);
      return;
    }
    const std::uint32_t interest =
        (connection.wants_read() ? std::uint32_t{EPOLLIN} : std::uint32_t{0}) |
        (connection.wants_write() ? std::uint32_t{EPOLLOUT} : std::uint32_t{0});
    if (interest != entry->second.watched) {
      entry->second.watched = interest;
      watch(entry->first, interest, EPOLL_CTL_MOD);
    }
  }

  void tick() {
    const Clock::time_point now = Clock::now();
    if (now - last_tick_ < std::chrono::milliseconds(kTickMilliseconds / 2)) {
      return;
    }
    last_tick_ = now;
    for (auto entry = connections_.begin(); entry != connections_.end();) {
      const auto current = entry++;
      current->second.connection->on_time();
      update(current);
    }
  }

  const Options* options_;
  SSL_CTX* tls_;
  int listener_;
  int epoll_;
  std::map<int, Entry> connections_;
  Clock::time_point last_tick_;
};

}  // namespace

int run_server(const Options& options) {
  std::string error;
  TlsContext tls;
  if (options.tls) {
    tls = server_context(options, error);
    if (!tls) {
      std::fprintf(stderr, "sham: %s\n", error.c_str());
      return 2;
    }
  }
  std::uint16_t port = options.port;
  const int listener = listen_on(port);
  if (listener < 0) {
    std::fprintf(stderr, "sham: cannot listen on port %u: %s; try --port 0\n", unsigned{port},
                 std::strerror(errno));
    return 3;
  }
  std::printf("listening on %s://127.0.0.1:%u\n", options.tls ? "wss" : "ws", unsigned{port});
  std::fflush(stdout);
  Server(options, listener, tls.get()).run();
}

}  // namespace sham
