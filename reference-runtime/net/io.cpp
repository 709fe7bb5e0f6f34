// SPDX-License-Identifier: Apache-2.0
#include "net/io.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>

namespace osprey::net {
namespace {

int create_socket(int family, int type) {
  return ::socket(family, type | SOCK_CLOEXEC, 0);
}

int create_pair(int* ends) {
  return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

int accept_one(int fd, int flags) {
  return ::accept4(fd, nullptr, nullptr, flags | SOCK_CLOEXEC);
}

int set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value);
}

int get_option(int fd, int level, int name, int* value) {
  socklen_t size = sizeof *value;
  return ::getsockopt(fd, level, name, value, &size);
}

ssize_t send_quietly(int fd, const void* from, std::size_t size, int flags) {
  return ::send(fd, from, size, flags | MSG_NOSIGNAL);
}

int poll_some(pollfd* fds, std::size_t count, int timeout_ms) {
  return ::poll(fds, static_cast<nfds_t>(count), timeout_ms);
}

int create_epoll() {
  return ::epoll_create1(EPOLL_CLOEXEC);
}

int create_event() {
  return ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

ssize_t read_event(int fd) {
  std::uint64_t count = 0;
  return ::read(fd, &count, sizeof count);
}

ssize_t write_event(int fd) {
  const std::uint64_t one = 1;
  return ::write(fd, &one, sizeof one);
}

int create_timer() {
  return ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

int set_timer(int fd, const itimerspec* when) {
  return ::timerfd_settime(fd, TFD_TIMER_ABSTIME, when, nullptr);
}

}  // namespace

const IoCalls kKernel = {
    .create_socket = create_socket,
    .create_pair = create_pair,
    .bind = ::bind,
    .listen = ::listen,
    .accept = accept_one,
    .connect = ::connect,
    .set_option = set_option,
    .get_option = get_option,
    .local_address = ::getsockname,
    .peer_address = ::getpeername,
    .receive = ::recv,
    .send = send_quietly,
    .read = ::read,
    .shutdown = ::shutdown,
    .close = ::close,
    .poll = poll_some,
    .create_epoll = create_epoll,
    .control_epoll = ::epoll_ctl,
    .wait_epoll = ::epoll_wait,
    .create_event = create_event,
    .read_event = read_event,
    .write_event = write_event,
    .create_timer = create_timer,
    .set_timer = set_timer,
};

void Fd::reset() {
  if (fd_ >= 0) {
    // Linux frees the descriptor whatever close returns; trying again could close somebody else's.
    io().close(std::exchange(fd_, -1));
  }
}

}  // namespace osprey::net
