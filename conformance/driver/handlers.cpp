// SPDX-License-Identifier: Apache-2.0
#include "handlers.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "http_response.hpp"
#include "osprey_result.hpp"

namespace driver {
namespace {

constexpr std::size_t kSlots = 128;

// "echo", or {"fixed": "text"}: a name and what it is given.
struct Spec {
  std::string name;
  json with;
  int call = 0;
  std::function<void()> stop = nullptr;
};

Spec read_spec(const json& what, int call) {
  if (what.is_string()) return {what.get<std::string>(), {}, call};
  if (what.is_object() && what.size() == 1)
    return {what.items().begin().key(), what.items().begin().value(), call};
  throw std::runtime_error("no handler: " + what.dump());
}

void known(const Spec& spec, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (spec.name == name) return;
  }
  throw std::runtime_error("no handler is called " + spec.name);
}

char* in_malloc(const std::string& text) {
  auto* out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out != nullptr) std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}

std::string shown(const char* text) {
  return text == nullptr ? "(NULL)" : text;
}

// ---- HTTP

// What a slow handler does: it waits for something that never comes.
void pass_time(int milliseconds) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, std::chrono::milliseconds(milliseconds), [] { return false; });
}

// Whether so many handlers are inside this function at the same time.
bool meet(int wanted) {
  static std::mutex mutex;
  static std::condition_variable changed;
  static int inside = 0;
  std::unique_lock lock(mutex);
  if (++inside >= wanted) changed.notify_all();
  return changed.wait_for(lock, std::chrono::seconds(8), [&] { return inside >= wanted; });
}

char* answer_http(const Spec& spec, const char* method, const char* path, const char* headers,
                  const char* body) {
  output().line({{"event", "request"},
                 {"of", spec.call},
                 {"method", json_of(shown(method))},
                 {"path", json_of(shown(path))},
                 {"headers", json_of(shown(headers))},
                 {"body", json_of(shown(body))}});
  if (spec.name == "echo") return in_malloc(shown(body));
  if (spec.name == "null") return nullptr;
  if (spec.name == "big") return in_malloc(std::string(spec.with.get<std::size_t>(), 'x'));
  if (spec.name == "slow") {
    pass_time(spec.with.get<int>());
    return in_malloc("slow");
  }
  if (spec.name == "stop") {
    if (spec.stop) spec.stop();
    return in_malloc("stopped");
  }
  if (spec.name == "meet") return in_malloc(meet(spec.with.get<int>()) ? "met" : "alone");
  return in_malloc(octets_of(spec.with));
}

std::array<Spec, kSlots> http_specs;
std::atomic<std::size_t> http_used{0};

// Tells what the library is given, so that its end, should it come now, can be explained.
void tell_handed(const char* what, const std::string& instead) {
  output().line({{"handed", what}, {"declare", instead}});
}

template <std::size_t N>
char* http_slot(char* method, char* path, char* headers, char* body) {
  if (http_specs[N].name == "tell-tale") return static_cast<char*>(tell_tale());
  void* const out = in_handler_shape(answer_http(http_specs[N], method, path, headers, body));
  tell_handed(out == nullptr ? "NULL" : handed_over(), out == nullptr ? "" : declare_instead());
  return static_cast<char*>(out);
}

template <std::size_t... N>
constexpr std::array<HttpHandler*, kSlots> http_table(std::index_sequence<N...>) {
  return {&http_slot<N>...};
}
constexpr auto kHttpTable = http_table(std::make_index_sequence<kSlots>());

// ---- messages

class Messages : public MessageUse {
 public:
  Spec spec;

  void connected(OwnConnection connection) override {
    const std::lock_guard lock(mutex_);
    connection_ = std::move(connection);
    ready_.notify_all();
  }

  // Whether the handler says Success.
  bool take(const char* message) {
    output().line({{"event", "message"}, {"of", spec.call}, {"message", json_of(shown(message))}});
    if (spec.name == "slow") pass_time(spec.with.get<int>());
    if (spec.name == "echo") own_connection().send(shown(message));
    if (spec.name == "close") own_connection().close();
    return spec.name != "error";
  }

 private:
  // A message may come before the caller has the connection's id.
  OwnConnection own_connection() {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, std::chrono::seconds(10), [&] { return connection_.send != nullptr; });
    if (connection_.send) return connection_;
    return {[](const std::string&) {}, [] {}};
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  OwnConnection connection_;
};

std::array<Messages, kSlots> message_uses;
std::atomic<std::size_t> messages_used{0};

template <std::size_t N>
std::int64_t number_slot(char* message) {
  return message_uses[N].take(message) ? 0 : -1;
}
template <std::size_t N>
Result result_slot(const char* message) {
  if (message_uses[N].take(message)) return {kSuccess, 0, nullptr};
  return {kErr, -1, in_malloc("the handler refuses")};
}

template <std::size_t N>
Block* block_slot(char* message) {
  auto* const out = static_cast<Block*>(std::calloc(1, sizeof(Block)));
  if (out == nullptr || message_uses[N].take(message)) return out;
  out->disc = kErr;
  out->errmsg = in_malloc("the handler refuses");
  return out;
}

template <std::size_t... N>
MessageSlot message_slot(std::size_t at, std::index_sequence<N...>) {
  static constexpr std::array<MessageHandler*, kSlots> kNumbers = {&number_slot<N>...};
  static constexpr std::array<MessageResultHandler*, kSlots> kResults = {&result_slot<N>...};
  static constexpr std::array<MessageBlockHandler*, kSlots> kBlocks = {&block_slot<N>...};
  return {kNumbers[at], kResults[at], kBlocks[at], &message_uses[at]};
}

// ---- bridge

std::mutex bridge_mutex;
Spec bridge;

}  // namespace

HttpHandler* http_handler(const json& what, int call, std::function<void()> stop) {
  if (what.is_null()) return nullptr;
  Spec spec = read_spec(what, call);
  known(spec, {"echo", "fixed", "null", "big", "slow", "meet", "stop", "tell-tale"});
  spec.stop = std::move(stop);
  const std::size_t at = http_used++;
  if (at >= kSlots) throw std::runtime_error("more than 128 handlers");
  http_specs[at] = std::move(spec);
  return kHttpTable[at];
}

MessageSlot message_handler(const json& what, int call) {
  if (what.is_null()) return {};
  Spec spec = read_spec(what, call);
  known(spec, {"collect", "echo", "error", "slow", "close"});
  const std::size_t at = messages_used++;
  if (at >= kSlots) throw std::runtime_error("more than 128 handlers");
  message_uses[at].spec = std::move(spec);
  return message_slot(at, std::make_index_sequence<kSlots>());
}

void set_bridge(const json& what, int call) {
  const std::lock_guard lock(bridge_mutex);
  bridge = Spec{"bridge", what, call};
}

}  // namespace driver

// Osprey §14.2.1: what a library calls back when it was given no handler. Exported by this program.
extern "C" __attribute__((visibility("default"))) int osprey_handle_http_request(
    int server_id, char* method, char* full_url, char* raw_headers, char* body,
    std::size_t body_length, int* response_status, char** response_headers, char** response_body,
    std::size_t* response_body_length) {
  using driver::json;
  json with;
  int call = 0;
  {
    const std::lock_guard lock(driver::bridge_mutex);
    with = driver::bridge.with;
    call = driver::bridge.call;
  }
  const std::string_view octets(body == nullptr ? "" : body, body == nullptr ? 0 : body_length);
  driver::output().line({{"event", "request"},
                         {"of", call},
                         {"server", std::to_string(server_id)},
                         {"method", driver::json_of(driver::shown(method))},
                         {"path", driver::json_of(driver::shown(full_url))},
                         {"headers", driver::json_of(driver::shown(raw_headers))},
                         {"body", driver::json_of(octets)}});
  if (!with.is_object()) with = json::object();
  if (with.contains("status")) *response_status = with["status"].get<int>();
  if (with.contains("headers"))
    *response_headers = driver::in_malloc(driver::octets_of(with["headers"]));
  const std::string answer =
      with.contains("body") ? driver::octets_of(with["body"]) : std::string(octets);
  *response_body = driver::in_malloc(answer);
  *response_body_length = answer.size();
  return with.value("result", 0);
}
