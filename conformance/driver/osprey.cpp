// SPDX-License-Identifier: Apache-2.0
// The built-ins of Osprey §14, §15.4 and §16 as C functions, in both editions. Declared here from
// the text, not taken from any library's header.
#include <cstdlib>

#include "handlers.hpp"
#include "osprey_result.hpp"

namespace driver {
namespace {

using I = std::int64_t;

// osprey-int: int64_t http_listen(…): ids and counts, or negative codes.
struct IntEdition {
  using Answer = I;
  using Text = char*;
  using OnMessage = MessageHandler;
  static constexpr const char* kPrefix = "";
  static OnMessage* handler(const MessageSlot& slot) { return slot.number; }
  static I id(I answer) { return answer; }
};

// osprey-result: OspreyResult osprey_http_listen(…).
struct ResultEdition {
  using Answer = Result;
  using Text = const char*;
  using OnMessage = MessageResultHandler;
  static constexpr const char* kPrefix = "osprey_";
  static OnMessage* handler(const MessageSlot& slot) { return slot.result; }
  static I id(const Result& answer) { return answer.tag == kSuccess ? answer.value : 0; }
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

template <class Edition>
class Table {
 public:
  using R = typename Edition::Answer;
  using T = typename Edition::Text;
  explicit Table(const Library& library) : library_(library) {}

  Functions take() {
    http_server();
    http_client();
    websocket_client();
    websocket_server();
    return std::move(all_);
  }

 private:
  template <class Signature>
  Signature* symbol(const char* name) const {
    return library_.symbol<Signature>((std::string(Edition::kPrefix) + name).c_str());
  }
  // Adds `name` if the library exports `c_name`.
  template <class Signature, class Use>
  void add(const char* name, const char* c_name, Use use) {
    auto* const function = symbol<Signature>(c_name);
    if (function == nullptr) return;
    all_[name] = [function, use](Arguments& a, int call) {
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
    using OnMessage = typename Edition::OnMessage;
    add<R(T, OnMessage*)>("websocketConnect", "websocket_connect",
                          [send, close](auto* f, Arguments& a, int call) {
                            const MessageSlot slot = message_handler(a.raw("messageHandler"), call);
                            const R answer = f(a.text("url"), Edition::handler(slot));
                            const I id = Edition::id(answer);
                            if (slot.use == nullptr || id <= 0) return answer;
                            slot.use->connected(own_connection(send, close, id));
                            return answer;
                          });
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
  Functions all_;
};

}  // namespace

Functions osprey_int_functions(const Library& library) {
  return Table<IntEdition>(library).take();
}

Functions osprey_result_functions(const Library& library) {
  return Table<ResultEdition>(library).take();
}

}  // namespace driver
