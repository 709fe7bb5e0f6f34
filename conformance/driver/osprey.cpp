// SPDX-License-Identifier: Apache-2.0
// The built-ins of Osprey §14, §15.4 and §16 as C functions, in each shape of their Results.
// Declared here from the text, not taken from any library's header.
#include <array>
#include <cstdlib>

#include "handlers.hpp"
#include "osprey_result.hpp"

namespace driver {
namespace {

using I = std::int64_t;

// result=code: int64_t http_listen(…): ids and counts, or negative codes.
struct Codes {
  using Answer = I;
  using Text = char*;
  using OnMessage = MessageHandler;
  static constexpr const char* kEdition = "osprey-int";
  static constexpr ResultShape kShape = ResultShape::code;
  static OnMessage* handler(const MessageSlot& slot) { return slot.number; }
  static I id(I answer) { return answer; }
};

// result=struct: OspreyResult osprey_http_listen(…).
struct Structs {
  using Answer = Result;
  using Text = const char*;
  using OnMessage = MessageResultHandler;
  static constexpr const char* kEdition = "osprey-result";
  static constexpr ResultShape kShape = ResultShape::structure;
  static OnMessage* handler(const MessageSlot& slot) { return slot.result; }
  static I id(const Result& answer) { return answer.tag == kSuccess ? answer.value : 0; }
};

// A number where an address was to be. No page that low is ever mapped.
bool is_no_address(const Block* block) {
  const auto number = reinterpret_cast<std::intptr_t>(block);
  return number > -4096 && number < 4096;
}

// result=block: Block* http_listen(…).
struct Blocks {
  using Answer = Block*;
  using Text = char*;
  using OnMessage = MessageBlockHandler;
  static constexpr const char* kEdition = "osprey-result";
  static constexpr ResultShape kShape = ResultShape::block;
  static OnMessage* handler(const MessageSlot& slot) { return slot.block; }
  static I id(const Block* answer) {
    return !is_no_address(answer) && answer->disc == kSuccess ? answer->value : 0;
  }
};

Reply reply_of(I raw) {
  Reply out;
  out.success = raw >= 0;
  if (out.success) out.value = raw;
  out.raw = raw;
  return out;
}

Reply reply_of(const Result& result) {
  Reply out;
  out.success = result.tag == kSuccess;
  if (!out.success && result.tag != kErr)
    return errored("the Result's tag is " + std::to_string(result.tag) + ", neither 0 nor 1");
  if (out.success && result.message != nullptr)
    return errored("a Success with a message: the Result's third word is not NULL");
  if (!out.success && result.message == nullptr)
    return errored("an Err without a message: the Result's third word is NULL");
  if (out.success) {
    out.value = result.value;
  } else {
    out.message = result.message;
    std::free(result.message);
  }
  return out;
}

Reply reply_of(const Block* block) {
  if (is_no_address(block)) {
    return errored("the answer is " + std::to_string(reinterpret_cast<std::intptr_t>(block)) +
                   ", not the address of a block: with numbers as answers it is result=code");
  }
  Reply out;
  out.success = block->disc == kSuccess;
  if (!out.success && block->disc != kErr)
    return errored("the block's disc is " + std::to_string(block->disc) + ", neither 0 nor 1");
  if (out.success) {
    out.value = block->value;
  } else {
    out.no_message = block->errmsg == nullptr;
    if (!out.no_message) out.message = block->errmsg;
  }
  return out;
}

// Osprey §14.1: GET | POST | PUT | DELETE | PATCH | HEAD | OPTIONS, counted from 0.
I method_number(const json& method) {
  if (!method.is_string()) return method.is_number_integer() ? method.get<I>() : -1;
  I number = 0;
  for (const char* name : {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}) {
    if (method == name) return number;
    ++number;
  }
  return -1;
}

// httpListen's handler: one of ours, or {"bridge": {…}} = none, so that the bridge serves.
HttpHandler* listen_handler(Arguments& a, int call, std::function<void()> stop) {
  const json& what = a.raw("handler");
  if (!what.is_object() || !what.contains("bridge"))
    return http_handler(what, call, std::move(stop));
  set_bridge(what["bridge"], call);
  return nullptr;
}

// What a message handler does to its own connection; a library that lacks a function does nothing.
template <class Send, class Close>
OwnConnection own_connection(Send* send, Close* close, I id) {
  return {[send, id](std::string message) {
            if (send != nullptr) (void)reply_of(send(id, message.data()));
          },
          [close, id] {
            if (close != nullptr) (void)reply_of(close(id));
          }};
}

// The functions of the text that a library exports under names with that prefix.
template <class Shape>
class Table {
 public:
  using R = typename Shape::Answer;
  using T = typename Shape::Text;
  Table(const Library& library, std::string prefix, const Abi& abi)
      : library_(library), prefix_(std::move(prefix)), abi_(abi) {
    all_.name = Shape::kEdition;
    all_.result = driver::name_of(Shape::kShape);
    all_.result_from = abi.result ? "declared" : prefix_.empty() ? "the text" : "the names";
  }

  Edition take() {
    http_server();
    http_client();
    websocket_client();
    websocket_server();
    return std::move(all_);
  }

 private:
  template <class Signature>
  Signature* symbol(const char* name) const {
    return library_.symbol<Signature>((prefix_ + name).c_str());
  }
  // Adds `name` if the library exports `c_name`.
  template <class Signature, class Use>
  void add(const char* name, const char* c_name, Use use) {
    auto* const function = symbol<Signature>(c_name);
    all_.expected.push_back(prefix_ + c_name);
    if (function == nullptr) {
      all_.missing[name] = prefix_ + c_name;
      return;
    }
    all_.functions[name] = [function, use](Arguments& a, int call) {
      return reply_of(use(function, a, call));
    };
  }
  void add_of_id(const char* name, const char* c_name, const char* id) {
    add<R(I)>(name, c_name, [id](auto* f, Arguments& a, int) { return f(a.number(id)); });
  }

  void http_server() {
    add<R(I, T)>("httpCreateServer", "http_create_server",
                 [](auto* f, Arguments& a, int) { return f(a.number("port"), a.text("address")); });
    auto* const stop = symbol<R(I)>("http_stop_server");
    add<R(I, HttpHandler*)>("httpListen", "http_listen", [stop](auto* f, Arguments& a, int call) {
      const I id = a.number("serverID");
      return f(id, listen_handler(a, call, [stop, id] {
                 if (stop != nullptr) (void)reply_of(stop(id));
               }));
    });
    add_of_id("httpStopServer", "http_stop_server", "serverID");
  }

  void http_client() {
    add<R(T, I)>("httpCreateClient", "http_create_client", [](auto* f, Arguments& a, int) {
      return f(a.text("baseUrl"), a.number("timeout"));
    });
    const auto get = [](auto* f, Arguments& a, int) {
      return f(a.number("clientID"), a.text("path"), a.text("headers"));
    };
    const auto post = [](auto* f, Arguments& a, int) {
      return f(a.number("clientID"), a.text("path"), a.text("body"), a.text("headers"));
    };
    add<R(I, T, T)>("httpGet", "http_get", get);
    add<R(I, T, T)>("httpDelete", "http_delete", get);
    add<R(I, T, T, T)>("httpPost", "http_post", post);
    add<R(I, T, T, T)>("httpPut", "http_put", post);
    add<R(I, I, T, T, T)>("httpRequest", "http_request", [](auto* f, Arguments& a, int) {
      return f(a.number("clientID"), method_number(a.raw("method")), a.text("path"),
               a.text("headers"), a.text("body"));
    });
    add_of_id("httpCloseClient", "http_close_client", "clientID");
  }

  void websocket_client() {
    auto* const send = symbol<R(I, T)>("websocket_send");
    auto* const close = symbol<R(I)>("websocket_close");
    switch (abi_.connect.value_or(ConnectShape::handler)) {
      case ConnectShape::handler:
        connect_with_handler(send, close);
        return send_and_close();
      case ConnectShape::name:
        // Nothing is called by that name here: messages that come are the library's affair.
        add<R(T, T)>("websocketConnect", "websocket_connect", [](auto* f, Arguments& a, int) {
          static std::array<char, 11> name = {"on_message"};
          return f(a.text("url"), name.data());
        });
        return send_and_close();
      case ConnectShape::url:
        add<R(T)>("websocketConnect", "websocket_connect",
                  [](auto* f, Arguments& a, int) { return f(a.text("url")); });
        return send_and_close();
    }
  }

  void connect_with_handler(R (*send)(I, T), R (*close)(I)) {
    using OnMessage = typename Shape::OnMessage;
    add<R(T, OnMessage*)>("websocketConnect", "websocket_connect",
                          [send, close](auto* f, Arguments& a, int call) {
                            const MessageSlot slot = message_handler(a.raw("messageHandler"), call);
                            const R answer = f(a.text("url"), Shape::handler(slot));
                            const I id = Shape::id(answer);
                            if (slot.use == nullptr || id <= 0) return answer;
                            slot.use->connected(own_connection(send, close, id));
                            return answer;
                          });
  }

  void send_and_close() {
    add<R(I, T)>("websocketSend", "websocket_send",
                 [](auto* f, Arguments& a, int) { return f(a.number("wsID"), a.text("message")); });
    add_of_id("websocketClose", "websocket_close", "wsID");
  }

  void websocket_server() {
    add<R(I, T, T)>("websocketCreateServer", "websocket_create_server",
                    [](auto* f, Arguments& a, int) {
                      return f(a.number("port"), a.text("address"), a.text("path"));
                    });
    add_of_id("websocketServerListen", "websocket_server_listen", "serverID");
    add<R(I, T)>(
        "websocketServerBroadcast", "websocket_server_broadcast",
        [](auto* f, Arguments& a, int) { return f(a.number("serverID"), a.text("message")); });
    add_of_id("websocketStopServer", "websocket_stop_server", "serverID");
  }

  const Library& library_;
  std::string prefix_;
  const Abi& abi_;
  Edition all_;
};

// What was declared is of the library's functions, whichever way it writes their names.
template <class Shape>
Edition declared(const Library& library, const Abi& abi) {
  Edition plain = Table<Shape>(library, "", abi).take();
  Edition prefixed = Table<Shape>(library, "osprey_", abi).take();
  const std::size_t edge = Shape::kShape == ResultShape::structure ? 1 : 0;
  return prefixed.functions.size() + edge > plain.functions.size() ? prefixed : plain;
}

}  // namespace

std::vector<Edition> osprey_editions(const Library& library, const Abi& abi) {
  std::vector<Edition> out;
  if (!abi.result) {
    out.push_back(Table<Codes>(library, "", abi).take());
    out.push_back(Table<Structs>(library, "osprey_", abi).take());
    return out;
  }
  switch (*abi.result) {
    case ResultShape::code:
      out.push_back(declared<Codes>(library, abi));
      break;
    case ResultShape::block:
      out.push_back(declared<Blocks>(library, abi));
      break;
    case ResultShape::structure:
      out.push_back(declared<Structs>(library, abi));
      break;
  }
  return out;
}

}  // namespace driver
