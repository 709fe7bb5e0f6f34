// SPDX-License-Identifier: Apache-2.0
#include "net/http_upload.hpp"

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace osprey::net {

std::shared_ptr<Upload> Upload::open() {
  std::array<int, 2> ends{-1, -1};
  if (io().create_pair(ends.data()) != 0) {
    return nullptr;
  }
  Fd writer(ends[0]);
  Fd reader(ends[1]);
  // An octet that nobody takes: closing an end with something unread resets the other one. finish()
  // takes it out.
  if (io().send(reader.get(), "", 1, 0) != 1 || io().shutdown(reader.get(), SHUT_WR) != 0) {
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
  const Fd nobody_took_it(answer.stream_fd);
}

void Upload::write(wire::ConstOctets part) {
  while (writer_.valid() && !part.empty()) {
    const ssize_t sent = io().send(writer_.get(), part.data(), part.size(), 0);
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
    while (io().receive(writer_.get(), &octet, 1, MSG_DONTWAIT) < 0 && errno == EINTR) {
    }
    writer_.reset();
  }
}

}  // namespace osprey::net
