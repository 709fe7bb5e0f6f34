// SPDX-License-Identifier: Apache-2.0
#include "subject/call_watch.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace conform {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kMachine = 0;  // there, no call is seen
#endif

// The descriptor that tells of the calls, or -1.
int install_filter() noexcept {
  constexpr auto kWord = BPF_LD | BPF_W | BPF_ABS;
  constexpr auto kEqual = BPF_JMP | BPF_JEQ | BPF_K;
  sock_filter code[] = {
      BPF_STMT(kWord, offsetof(seccomp_data, arch)),
      BPF_JUMP(kEqual, kMachine, 0, 5),
      BPF_STMT(kWord, offsetof(seccomp_data, nr)),
      BPF_JUMP(kEqual, SYS_bind, 2, 0),
      BPF_JUMP(kEqual, SYS_listen, 1, 0),
      BPF_JUMP(kEqual, SYS_setsockopt, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {static_cast<unsigned short>(std::size(code)), code};
  if (kMachine == 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

// Room for one descriptor beside one octet.
struct Parcel {
  char octet = 0;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec piece{&octet, 1};
  msghdr message{};

  Parcel() noexcept {
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
};

void send_descriptor(int to, int fd) noexcept {
  Parcel parcel;
  cmsghdr* const header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  ::sendmsg(to, &parcel.message, MSG_NOSIGNAL);
}

int receive_descriptor(int from) {
  Parcel parcel;
  if (::recvmsg(from, &parcel.message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0) return -1;
  const cmsghdr* const header = CMSG_FIRSTHDR(&parcel.message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return -1;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof(fd));
  return fd;
}

// Resolving a name binds too, but no Internet address. What cannot be read counts as one.
bool is_internet_address(int pid, std::uint64_t address) {
  sa_family_t family = AF_INET;
  iovec here{&family, sizeof(family)};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in the other process, never used in ours.
  iovec there{reinterpret_cast<void*>(address), sizeof(family)};
  ::process_vm_readv(pid, &here, 1, &there, 1, 0);
  return family == AF_INET || family == AF_INET6;
}

// The kernel's structures may be larger than those that this was built with.
union Notice {
  seccomp_notif notice;
  std::array<unsigned char, 512> room;
};
union Response {
  seccomp_notif_resp response;
  std::array<unsigned char, 512> room;
};

}  // namespace

CallWatch::~CallWatch() {
  if (answering_.joinable()) {
    ::eventfd_write(stop_, 1);
    answering_.join();
    loop_.forget(told_, this);
  }
  for (const int fd : {fd_, told_, stop_, ends_[0], ends_[1]}) {
    if (fd >= 0) ::close(fd);
  }
}

std::string CallWatch::prepare() {
  return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0 ? ""
                                                                          : std::strerror(errno);
}

void CallWatch::enter() const noexcept {
  const int fd = install_filter();
  if (fd < 0) return;
  send_descriptor(ends_[1], fd);
  ::close(fd);
}

std::string CallWatch::begin() {
  fd_ = receive_descriptor(ends_[0]);
  if (fd_ < 0) return "this system lets nobody watch a process's calls (seccomp)";
  told_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  if (told_ < 0 || stop_ < 0) return std::strerror(errno);
  loop_.watch(told_, EPOLLIN, this);
  answering_ = std::thread([this] { answer_calls(); });
  return {};
}

void CallWatch::deny(std::optional<SystemCall> what) {
  const std::lock_guard lock(mutex_);
  denied_ = what;
}

std::vector<TimePoint> CallWatch::binds() const {
  const std::lock_guard lock(mutex_);
  return binds_;
}

void CallWatch::forget_binds() {
  const std::lock_guard lock(mutex_);
  binds_.clear();
}

// The error the call is to fail with, 0 if it may go on.
int CallWatch::verdict_on(int number, int pid, std::uint64_t address) {
  const std::lock_guard lock(mutex_);
  if (number == SYS_bind) {
    if (!is_internet_address(pid, address)) return 0;
    binds_.push_back(Clock::now());
    return denied_ == SystemCall::bind ? EACCES : 0;
  }
  if (number == SYS_listen) return denied_ == SystemCall::listen ? EOPNOTSUPP : 0;
  return denied_ == SystemCall::options ? ENOBUFS : 0;
}

// The thread: until it is told to stop, or nobody is left who could call.
void CallWatch::answer_calls() {
  pollfd either[] = {{fd_, POLLIN, 0}, {stop_, POLLIN, 0}};
  for (;;) {
    if (::poll(either, std::size(either), -1) < 0) {
      // Then nothing was said of the descriptors, and to read a call that is not there would block.
      if (errno == EINTR) continue;
      return;
    }
    if (either[1].revents != 0) return;
    if ((either[0].revents & POLLIN) != 0) {
      answer_one();
    } else if (either[0].revents != 0) {
      return;
    }
  }
}

void CallWatch::answer_one() {
  Notice notice{};
  notice.room.fill(0);
  // A process that was killed meanwhile has nothing to say any more.
  if (::ioctl(fd_, SECCOMP_IOCTL_NOTIF_RECV, &notice) != 0) return;
  const seccomp_notif& call = notice.notice;
  Response answer{};
  answer.room.fill(0);
  answer.response.id = call.id;
  const int error = verdict_on(call.data.nr, static_cast<int>(call.pid), call.data.args[1]);
  answer.response.error = -error;
  if (error == 0) answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ::ioctl(fd_, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  ::eventfd_write(told_, 1);
}

void CallWatch::on_ready(std::uint32_t /*events*/) {
  eventfd_t calls = 0;
  ::eventfd_read(told_, &calls);
  changed_();
}

}  // namespace conform
