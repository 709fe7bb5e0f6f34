// SPDX-License-Identifier: Apache-2.0
#include "vais.hpp"

#include <cstring>
#include <limits>

namespace driver {
namespace vais {

Variables& variables() {
  static Variables& all = *new Variables;  // calls may be under way while the process ends
  return all;
}

Reply value_of(json value) {
  Reply out;
  out.success = true;
  out.value = std::move(value);
  return out;
}

I Variables::fd_of(const json& what) {
  if (what.is_number_integer()) return what.get<I>();
  const std::string name = what.is_string() ? what.get<std::string>() : "";
  const std::lock_guard lock(mutex_);
  if (const auto found = descriptors_.find(name); found != descriptors_.end())
    return found->second.fd;
  if (const auto found = connections_.find(name); found != connections_.end())
    return found->second.fd;
  return -1;
}

json Variables::fields(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = frames_.find(name); found != frames_.end()) {
    const Frame& frame = found->second;
    return {{"opcode", frame.opcode},
            {"has_payload", frame.payload != 0},
            {"payload_len", frame.payload_len},
            {"is_final", frame.is_final},
            {"is_masked", frame.is_masked}};
  }
  if (const auto found = connections_.find(name); found != connections_.end()) {
    const Connection& connection = found->second;
    return {{"fd", connection.fd < 0 ? json(connection.fd) : json("open")},
            {"is_server", connection.is_server},
            {"state", connection.state}};
  }
  if (const auto found = servers_.find(name); found != servers_.end()) {
    const Server& server = found->second;
    return {{"listener_fd", server.listener_fd < 0 ? json(server.listener_fd) : json("open")},
            {"port", server.port},
            {"running", server.running}};
  }
  return nullptr;
}

std::string Variables::payload(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const Frame& frame = frames_[name];
  if (frame.payload == 0 || frame.payload_len <= 0) return {};
  return {reinterpret_cast<const char*>(frame.payload),  // NOLINT: an address in an i64
          static_cast<std::size_t>(frame.payload_len)};
}

namespace {

I address_of(const char* text) {
  return reinterpret_cast<I>(text);
}

// The payload and its length as the case gives them; the length is the octets' unless stated.
struct Octets {
  I address, length;
};
Octets octets_of(Arguments& a, const char* name, const char* length) {
  const json& given = a.raw(name);
  const I stated = a.raw(length).is_number_integer() ? a.number(length) : -2;
  if (given.is_null()) return {0, stated == -2 ? 0 : stated};
  return {address_of(a.text(name)),
          stated == -2 ? static_cast<I>(driver::octets_of(given).size()) : stated};
}

// A frame may hold the address it was made with: the octets last as long as the process.
Octets lasting_octets_of(Arguments& a, const char* name, const char* length) {
  const Octets octets = octets_of(a, name, length);
  return octets.address == 0 ? octets : Octets{address_of(a.lasting(name)), octets.length};
}

// The functions of the module that a library exports, each under the text's name.
class Table {
 public:
  explicit Table(const Library& library) : library_(library) {}
  Edition take() {
    all_.name = "vais";
    frames();
    connections();
    servers();
    free_functions();
    if (!all_.functions.empty()) {
      add_constant();
      add_program_functions(all_.functions);
    }
    return std::move(all_);
  }

 private:
  template <class Signature, class Use>
  void add(const std::string& name, Use use) {
    std::string c_name = name;
    if (const auto dot = c_name.find('.'); dot != std::string::npos) c_name[dot] = '_';
    auto* const function = library_.symbol<Signature>(c_name.c_str());
    all_.expected.push_back(c_name);
    if (function == nullptr) {
      all_.missing[name] = c_name;
      return;
    }
    all_.functions[name] = [function, use](Arguments& a, int) { return use(function, a); };
  }

  // A frame that comes out is a variable from then on, and shown.
  static Reply keep(Arguments& a, const Frame& frame) {
    variables().frame(a.text("as")) = frame;
    return value_of(variables().fields(a.text("as")));
  }
  static Reply keep(Arguments& a, const Connection& connection) {
    variables().connection(a.text("as")) = connection;
    return value_of(variables().fields(a.text("as")));
  }
  static Reply keep(Arguments& a, const Server& server) {
    variables().server(a.text("as")) = server;
    return value_of(variables().fields(a.text("as")));
  }

  void frames() {
    add<Frame(I, I, I)>("WsFrame.new", [](auto* f, Arguments& a) {
      const Octets octets = lasting_octets_of(a, "payload", "payload_len");
      return keep(a, f(a.number("opcode"), octets.address, octets.length));
    });
    add<Frame(const char*)>("WsFrame.text",
                            [](auto* f, Arguments& a) { return keep(a, f(a.lasting("msg"))); });
    add<Frame(I, I)>("WsFrame.binary", [](auto* f, Arguments& a) {
      const Octets octets = lasting_octets_of(a, "data", "len");
      return keep(a, f(octets.address, octets.length));
    });
    for (const char* name : {"WsFrame.ping", "WsFrame.pong"}) {
      add<Frame()>(name, [](auto* f, Arguments& a) { return keep(a, f()); });
    }
    add<Frame(I)>("WsFrame.close",
                  [](auto* f, Arguments& a) { return keep(a, f(a.number("status_code"))); });
    for (const char* name :
         {"WsFrame.is_control", "WsFrame.is_text", "WsFrame.is_binary", "WsFrame.is_close",
          "WsFrame.is_ping", "WsFrame.is_pong", "WsFrame.close_code", "WsFrame.drop"}) {
      add<I(Frame*)>(name, [](auto* f, Arguments& a) {
        return value_of(f(&variables().frame(a.text("self"))));
      });
    }
    add<const char*(Frame*)>("WsFrame.payload_text", [](auto* f, Arguments& a) {
      const char* const text = f(&variables().frame(a.text("self")));
      return text == nullptr ? errored("a str that is NULL") : value_of(json_of(text));
    });
  }

  void connections() {
    for (const char* name : {"WsConnection.from_server", "WsConnection.from_client"}) {
      add<Connection(I)>(
          name, [](auto* f, Arguments& a) { return keep(a, f(variables().fd_of(a.raw("fd")))); });
    }
    for (const char* name :
         {"WsConnection.is_open", "WsConnection.send_ping", "WsConnection.send_pong",
          "WsConnection.close", "WsConnection.force_close", "WsConnection.drop"}) {
      add<I(Connection*)>(name, [](auto* f, Arguments& a) { return value_of(f(self(a))); });
    }
    add<I(Connection*, Frame*)>("WsConnection.send_frame", [](auto* f, Arguments& a) {
      return value_of(f(self(a), &variables().frame(a.text("frame"))));
    });
    add<I(Connection*, const char*)>("WsConnection.send_text", [](auto* f, Arguments& a) {
      return value_of(f(self(a), a.text("msg")));
    });
    add<I(Connection*, I, I)>("WsConnection.send_binary", [](auto* f, Arguments& a) {
      const Octets octets = octets_of(a, "data", "len");
      return value_of(f(self(a), octets.address, octets.length));
    });
    add<I(Connection*, I)>("WsConnection.send_close", [](auto* f, Arguments& a) {
      return value_of(f(self(a), a.number("status_code")));
    });
    add<Frame(Connection*)>("WsConnection.recv_frame",
                            [](auto* f, Arguments& a) { return keep(a, f(self(a))); });
  }
  static Connection* self(Arguments& a) { return &variables().connection(a.text("self")); }

  void servers() {
    add<Server(I)>("WsServer.bind",
                   [](auto* f, Arguments& a) { return keep(a, f(a.number("port"))); });
    add<Connection(Server*)>("WsServer.accept", [](auto* f, Arguments& a) {
      return keep(a, f(&variables().server(a.text("self"))));
    });
    for (const char* name : {"WsServer.is_valid", "WsServer.run_echo", "WsServer.stop",
                             "WsServer.close", "WsServer.drop"}) {
      add<I(Server*)>(name, [](auto* f, Arguments& a) {
        return value_of(f(&variables().server(a.text("self"))));
      });
    }
  }

  void free_functions() {
    add<Server(I)>("ws_server", [](auto* f, Arguments& a) { return keep(a, f(a.number("port"))); });
    add<Connection(I, I, I)>("ws_upgrade", [](auto* f, Arguments& a) {
      const json& buffer = a.raw("buffer");
      const bool named = buffer.is_string();
      const std::string& read = variables().descriptor(named ? buffer.get<std::string>() : "").read;
      const I length = a.raw("buffer_len").is_number_integer() ? a.number("buffer_len")
                                                               : static_cast<I>(read.size());
      return keep(a,
                  f(variables().fd_of(a.raw("fd")), named ? address_of(read.data()) : 0, length));
    });
  }

  // Not of the text: what a binding asks for the value of a constant.
  void add_constant() {
    auto* const function = library_.symbol<I(const char*)>("ws_constant");
    if (function == nullptr) return;
    all_.functions["ws_constant"] = [function](Arguments& a, int) {
      return value_of(function(a.text("name")));
    };
  }

  const Library& library_;
  Edition all_;
};

}  // namespace
}  // namespace vais

Edition vais_edition(const Library& library) {
  return vais::Table(library).take();
}

}  // namespace driver
