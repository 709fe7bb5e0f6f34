// SPDX-License-Identifier: Apache-2.0
// Vais std/websocket as C has it: structs of i64, `F name` of a type is Type_name. Taken from the
// text, not from any library's header.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "protocol.hpp"

namespace driver::vais {

using I = std::int64_t;

struct Frame {
  I opcode, payload, payload_len, is_final, is_masked;
};
struct Connection {
  I fd, is_server, state, mask_key;
};
struct Server {
  I listener_fd, port, running;
};

// What stands for the program around the module: its variables, by name. Calls run on threads of
// their own, so the maps are guarded; what they hold keeps its address.
class Variables {
 public:
  Frame& frame(const std::string& name) { return at(frames_, name); }
  Connection& connection(const std::string& name) { return at(connections_, name); }
  Server& server(const std::string& name) { return at(servers_, name); }
  // A descriptor of the program, with octets it has read from it already.
  struct Descriptor {
    I fd = -1;
    std::string read;
  };
  Descriptor& descriptor(const std::string& name) { return at(descriptors_, name); }

  // A number, or the name of a descriptor or of a connection.
  I fd_of(const json& what);
  // The struct of that name, of any kind, as a map; null for a name nobody has.
  json fields(const std::string& name);
  // A frame's payload; empty where it has none.
  std::string payload(const std::string& name);

 private:
  template <class T>
  T& at(std::map<std::string, T>& all, const std::string& name) {
    const std::lock_guard lock(mutex_);
    return all[name];
  }

  std::mutex mutex_;
  std::map<std::string, Frame> frames_;
  std::map<std::string, Connection> connections_;
  std::map<std::string, Server> servers_;
  std::map<std::string, Descriptor> descriptors_;
};
Variables& variables();

Reply value_of(json value);

// What the program does without the module: descriptors, TCP, a client's handshake.
void add_program_functions(Functions& all);

}  // namespace driver::vais
