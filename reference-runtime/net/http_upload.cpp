// SPDX-License-Identifier: Apache-2.0
#include "net/http_upload.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace osprey::net {

std::shared_ptr<Upload> Upload::open() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return nullptr;
  }
  Fd writer(ends[0]);
  Fd reader(ends[1]);
  // An octet that nobody takes: closing an end with something unread resets the other one. finish()
  // takes it out.
  if (::send(reader.get(), "", 1, MSG_NOSIGNAL) != 1 || ::shutdown(reader.get(), SHUT_WR) != 0) {
    return nullptr;
  }
  try {
    auto upload = std::make_shared<Upload>();
    upload->writer_ = std::move(writer);
    upload->reader_ = std::move(reader);
    return upload;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

Upload::~Upload() {
  if (answer.stream_fd >= 0) {
    ::close(answer.stream_fd);  // nobody took it
  }
}

void Upload::write(wire::ConstOctets part) {
  while (writer_.valid() && !part.empty()) {
    const ssize_t sent = ::send(writer_.get(), part.data(), part.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      part = part.subspan(static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      writer_.reset();  // the handler reads no more
    }
  }
}

void Upload::finish() {
  if (writer_.valid()) {
    char octet = 0;
    (void)::recv(writer_.get(), &octet, 1, MSG_DONTWAIT);
    writer_.reset();
  }
}

}  // namespace osprey::net
