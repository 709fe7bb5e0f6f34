// SPDX-License-Identifier: Apache-2.0
#include "subject/driver.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace conform {

// A handler may be shown some MiB, and JSON may need six characters for one of its octets.
static constexpr std::size_t kLongestLine = std::size_t{256} << 20U;
static constexpr std::uint64_t kMostReceived = std::uint64_t{1} << 30U;

std::string Driver::start(const std::vector<std::string>& command, const std::string& log_file,
                          CallWatch* watch) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return std::string("no socket: ") + std::strerror(errno);
  std::string why = process_.start(command, log_file, ends[1], watch);
  ::close(ends[1]);
  if (!why.empty()) {
    ::close(ends[0]);
    return why;
  }
  fd_ = ends[0];
  // Ours alone: the driver may read and write as it is used to.
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  loop_.watch(fd_, EPOLLIN, this);
  watching_ = true;
  return {};
}

void Driver::send(std::string line) {
  if (fd_ < 0) return;
  out_.push_back(std::move(line) + "\n");
  flush();
}

void Driver::end_input() {
  end_after_flush_ = true;
  flush();
}

void Driver::flush() {
  while (fd_ >= 0 && !out_.empty()) {
    const std::string& front = out_.front();
    const auto n = ::send(fd_, front.data() + sent_, front.size() - sent_, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) {
      // Its end is told by reading.
      out_.clear();
      sent_ = 0;
      break;
    }
    sent_ += static_cast<std::size_t>(n);
    if (sent_ < front.size()) continue;
    out_.pop_front();
    sent_ = 0;
  }
  if (fd_ >= 0 && out_.empty() && end_after_flush_) {
    end_after_flush_ = false;
    ::shutdown(fd_, SHUT_WR);
  }
  if (watching_) loop_.change(fd_, out_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, this);
}

void Driver::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) flush();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_some();
}

void Driver::read_some() {
  static thread_local std::array<char, 65536> buffer;
  for (int round = 0; round < 16 && watching_; ++round) {
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (n <= 0) return ended();
    received_ += static_cast<std::uint64_t>(n);
    in_.append(buffer.data(), static_cast<std::size_t>(n));
    take_lines();
    const bool long_line = in_.size() > kLongestLine;
    if (watching_ && (long_line || received_ > kMostReceived)) {
      ended();
      return events_.on_flood(long_line ? "a line longer than 256 MiB" : "more than 1 GiB");
    }
  }
}

void Driver::take_lines() {
  std::size_t begin = 0;
  for (auto end = in_.find('\n', searched_); end != std::string::npos && watching_;
       end = in_.find('\n', begin)) {
    std::string_view line(in_.data() + begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    begin = end + 1;
    if (!line.empty()) events_.on_line(line);
  }
  in_.erase(0, begin);
  searched_ = in_.size();
}

void Driver::ended() {
  if (!watching_) return;
  watching_ = false;
  loop_.forget(fd_, this);
  events_.on_driver_end();
}

void Driver::close() {
  if (fd_ < 0) return;
  if (watching_) loop_.forget(fd_, this);
  watching_ = false;
  ::close(fd_);
  fd_ = -1;
}

}  // namespace conform
