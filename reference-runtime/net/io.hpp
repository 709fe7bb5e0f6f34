// SPDX-License-Identifier: Apache-2.0
// The one seam between this library and the kernel: every call on a descriptor goes through this
// table, so that a test can make the Nth of them fail. Name resolution and reading certificate
// files do not pass here.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <ctime>
#include <utility>

struct itimerspec;
struct pollfd;

namespace osprey::net {

// Each entry has the meaning, the parameters and the errno of the system call of its name;
// `create_*` replace the constructors. All new descriptors are close-on-exec.
struct IoCalls {
  int (*create_socket)(int family, int type);
  int (*create_pair)(int* ends);  // two stream sockets that block
  int (*bind)(int fd, const sockaddr* address, socklen_t size);
  int (*listen)(int fd, int backlog);
  int (*accept)(int fd, int flags);
  int (*connect)(int fd, const sockaddr* address, socklen_t size);
  int (*set_option)(int fd, int level, int name, int value);
  int (*get_option)(int fd, int level, int name, int* value);
  int (*local_address)(int fd, sockaddr* address, socklen_t* size);
  int (*peer_address)(int fd, sockaddr* address, socklen_t* size);
  ssize_t (*receive)(int fd, void* into, std::size_t size, int flags);
  // Never raises SIGPIPE.
  ssize_t (*send)(int fd, const void* from, std::size_t size, int flags);
  ssize_t (*read)(int fd, void* into, std::size_t size);
  int (*shutdown)(int fd, int how);
  int (*close)(int fd);
  int (*poll)(pollfd* fds, std::size_t count, int timeout_ms);
  int (*create_epoll)();
  int (*control_epoll)(int epoll, int operation, int fd, epoll_event* event);
  int (*wait_epoll)(int epoll, epoll_event* events, int size, int timeout_ms);
  int (*create_event)();
  ssize_t (*read_event)(int fd);  // takes the count of an event or timer descriptor
  ssize_t (*write_event)(int fd);
  int (*create_timer)();
  int (*set_timer)(int fd, const itimerspec* when);  // monotonic, absolute
};

extern const IoCalls kKernel;
inline constinit std::atomic<const IoCalls*> active_io{&kKernel};

inline const IoCalls& io() {
  return *active_io.load(std::memory_order_relaxed);
}

// A descriptor that is closed with its owner. A bare one, because a Poco socket object costs some
// 150 octets on the heap for each connection and hides the errno that edge-triggered use needs.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void reset();
  // The owner is somebody else from here on.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace osprey::net
