// SPDX-License-Identifier: Apache-2.0
#include "subject/peer_queue.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>

namespace conform {
namespace {

// The thread's way to ask the kernel about sockets of others.
class Diagnosis {
 public:
  Diagnosis() : fd_(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
    // The kernel answers inside of send(); the limit is only for one that never does.
    const timeval limit{1, 0};
    if (fd_ >= 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  ~Diagnosis() {
    if (fd_ >= 0) ::close(fd_);
  }
  Diagnosis(const Diagnosis&) = delete;
  Diagnosis& operator=(const Diagnosis&) = delete;

  // The size of the answer in `buffer`, which begins with a message header; 0 = none.
  std::size_t ask(const inet_diag_req_v2& question, std::array<char, 4096>& buffer) {
    struct {
      nlmsghdr head;
      inet_diag_req_v2 body;
    } request{};
    request.head.nlmsg_len = sizeof(request);
    request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.head.nlmsg_flags = NLM_F_REQUEST;
    request.head.nlmsg_seq = ++sequence_;
    request.body = question;
    if (fd_ < 0 || ::send(fd_, &request, sizeof(request), 0) < 0) return 0;
    while (true) {
      const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) return 0;
      nlmsghdr head{};
      std::memcpy(&head, buffer.data(), sizeof(head));
      if (head.nlmsg_seq != sequence_) continue;  // a late answer to an earlier question
      return head.nlmsg_type == SOCK_DIAG_BY_FAMILY ? static_cast<std::size_t>(size) : 0;
    }
  }

 private:
  int fd_;
  std::uint32_t sequence_ = 0;
};

struct Received {
  std::uint32_t unread = 0;
  std::uint64_t bytes = 0;  // since the connection began
};

std::optional<Received> read_answer(const std::array<char, 4096>& buffer, std::size_t size) {
  if (size < NLMSG_HDRLEN + sizeof(inet_diag_msg)) return std::nullopt;
  inet_diag_msg message{};
  std::memcpy(&message, buffer.data() + NLMSG_HDRLEN, sizeof(message));
  std::size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(message));
  while (at + sizeof(rtattr) <= size) {
    rtattr part{};
    std::memcpy(&part, buffer.data() + at, sizeof(part));
    if (part.rta_len < sizeof(part) || at + part.rta_len > size) break;
    const std::size_t needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
    if (part.rta_type == INET_DIAG_INFO && part.rta_len - RTA_LENGTH(0) >= needed) {
      Received out;
      out.unread = message.idiag_rqueue;
      std::memcpy(&out.bytes,
                  buffer.data() + at + RTA_LENGTH(0) + offsetof(tcp_info, tcpi_bytes_received),
                  sizeof(out.bytes));
      return out;
    }
    at += RTA_ALIGN(part.rta_len);
  }
  return std::nullopt;
}

// Bytes that have left the socket, each counted once; more than any while some have not.
std::optional<std::uint64_t> sent_by(int fd) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_retrans) + sizeof(info.tcpi_bytes_retrans))
    return std::nullopt;
  if (info.tcpi_notsent_bytes != 0) return std::numeric_limits<std::uint64_t>::max();
  return info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
}

// The address and the port of one end.
void read_end(const sockaddr_storage& end, std::uint32_t (&address)[4], std::uint16_t& port) {
  if (end.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(end);
    address[0] = four.sin_addr.s_addr;
    port = four.sin_port;
  } else if (end.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(end);
    std::memcpy(&address, &six.sin6_addr, sizeof(address));
    port = six.sin6_port;
  }
}

}  // namespace

PeerQueue::PeerQueue(int fd) : fd_(fd) {
  sockaddr_storage own{};
  sockaddr_storage peer{};
  socklen_t size = sizeof(own);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0) return;
  size = sizeof(peer);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return;
  read_end(own, own_, own_port_);
  read_end(peer, peer_, peer_port_);
  family_ = static_cast<std::uint8_t>(own.ss_family);
}

PeerQueue::State PeerQueue::state() const {
  thread_local Diagnosis diagnosis;
  if (family_ == 0) return {};
  const auto sent = sent_by(fd_);
  // The other end of the connection is the socket with our addresses the other way round.
  inet_diag_req_v2 question{};
  question.sdiag_family = family_;
  question.sdiag_protocol = IPPROTO_TCP;
  question.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  question.idiag_states = ~0U;
  question.id.idiag_sport = peer_port_;
  question.id.idiag_dport = own_port_;
  std::memcpy(question.id.idiag_src, peer_, sizeof(peer_));
  std::memcpy(question.id.idiag_dst, own_, sizeof(own_));
  question.id.idiag_cookie[0] = question.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  std::array<char, 4096> buffer{};
  const auto received = read_answer(buffer, diagnosis.ask(question, buffer));
  if (!sent || !received) return {};
  // What the kernel has not handed to the other socket yet is not in its queue either.
  return {true, received->unread == 0 && received->bytes >= *sent,
          received->bytes - std::min<std::uint64_t>(received->bytes, received->unread)};
}

}  // namespace conform
