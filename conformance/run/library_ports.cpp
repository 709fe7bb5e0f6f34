// SPDX-License-Identifier: Apache-2.0
#include "run/library_ports.hpp"

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
  } else if (name == "peer") {
    listener_ = std::make_unique<Listener>(loop_, accepted_);
    if (listener_->listen("127.0.0.1", 0).empty()) port = listener_->port();
  } else if (name.rfind("port", 0) == 0 || name == "refused") {
    port = quiet_port();
  } else {
    return false;
  }
  values_[name] = std::to_string(port);
  return true;
}

std::string LibraryPorts::fill(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find('{', at);
    const auto close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) break;
    const std::string name = text.substr(open + 1, close - open - 1);
    const bool word =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    if (word && make(name)) {
      out.append(text, at, open - at).append(values_[name]);
      at = close + 1;
    } else {
      out.append(text, at, open + 1 - at);
      at = open + 1;
    }
  }
  return out.append(text, at);
}

void LibraryPorts::release(const std::string& name) {
  const auto found = held_.find(name);
  if (found == held_.end()) return;
  close_descriptor(found->second);
  held_.erase(found);
}

}  // namespace conform
