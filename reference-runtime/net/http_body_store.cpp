// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "net/http_exchange.hpp"

namespace osprey::net {
namespace {

// A file without a name: it is gone with its descriptor, whatever happens to the process.
Fd unnamed_file() {
  const char* const chosen = std::getenv("TMPDIR");
  const char* const folder = chosen != nullptr && *chosen != '\0' ? chosen : "/tmp";
  return Fd(::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

}  // namespace

void BodyStore::on_body(wire::ConstOctets part) {
  if (failed_) {
    return;
  }
  try {
    if (!file_.valid() && memory_.size() + part.size() <= in_memory_) {
      memory_.append(wire::text_of(part));
      return;
    }
  } catch (const std::bad_alloc&) {
    failed_ = true;
    return;
  }
  failed_ = (!file_.valid() && !spill()) || !write(part);
}

bool BodyStore::spill() {
  file_ = unnamed_file();
  if (!file_.valid() || !write(wire::octets_of(memory_))) {
    return false;
  }
  memory_ = {};
  return true;
}

bool BodyStore::write(wire::ConstOctets part) {
  while (!part.empty()) {
    const ssize_t written = ::write(file_.get(), part.data(), part.size());
    if (written > 0) {
      part = part.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

int BodyStore::rewound_file() {
  if (!file_.valid() || ::lseek(file_.get(), 0, SEEK_SET) != 0) {
    return -1;
  }
  return file_.get();
}

}  // namespace osprey::net
