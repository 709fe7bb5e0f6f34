// SPDX-License-Identifier: Apache-2.0
#include "run/library/library_ports.hpp"

#include "case/tree.hpp"
#include "subject/address.hpp"

namespace conform {

LibraryPorts::~LibraryPorts() {
  for (const auto& [name, fd] : held_) close_descriptor(fd);
}

bool LibraryPorts::make(const std::string& name) {
  if (values_.count(name) != 0) return true;
  std::uint16_t port = 0;
  if (name == "busy" || name == "silent") {
    port = quiet_port();
    const int fd = occupy_port(port);
    if (fd >= 0) held_[name] = fd;
  } else if (name == "peer" || name == "tls") {
    const bool tls = name == "tls";
    auto& listener = tls ? tls_ : plain_;
    listener = std::make_unique<Listener>(loop_, [this, tls](int fd) { accepted_(fd, tls); });
    if (listener->listen("127.0.0.1", 0).empty()) port = listener->port();
  } else if (name.rfind("port", 0) == 0 || name == "refused") {
    port = quiet_port();
  } else {
    return false;
  }
  values_[name] = std::to_string(port);
  return true;
}

std::string LibraryPorts::fill(const std::string& text) {
  return fill_places(text, [&](const std::string& name) -> std::optional<std::string> {
    const bool word =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    if (!word || !make(name)) return std::nullopt;
    return values_[name];
  });
}

void LibraryPorts::release(const std::string& name) {
  const auto found = held_.find(name);
  if (found == held_.end()) return;
  close_descriptor(found->second);
  held_.erase(found);
}

}  // namespace conform
