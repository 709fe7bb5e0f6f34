// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "subject/listener.hpp"

namespace conform {

// The ports of one library case, made when its text first names them, and what its steps kept:
// everything that stands in braces.
//   {port} {port2} …   free          {refused}  nobody listens there
//   {busy}             taken by us   {silent}   accepts, and never answers
//   {peer}             where the judge waits for the runtime's connections
//   {tls}              the same over TLS
class LibraryPorts {
 public:
  LibraryPorts(Loop& loop, std::function<void(int fd, bool tls)> accepted)
      : loop_(loop), accepted_(std::move(accepted)) {}
  ~LibraryPorts();
  LibraryPorts(const LibraryPorts&) = delete;
  LibraryPorts& operator=(const LibraryPorts&) = delete;

  std::string fill(const std::string& text);
  void keep(const std::string& name, const std::string& value) { values_[name] = value; }
  // The judge lets go of a port it holds.
  void release(const std::string& name);

 private:
  bool make(const std::string& name);

  Loop& loop_;
  std::function<void(int, bool)> accepted_;
  std::map<std::string, std::string> values_;
  std::map<std::string, int> held_;
  std::unique_ptr<Listener> plain_, tls_;
};

}  // namespace conform
