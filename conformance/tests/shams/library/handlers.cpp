// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "sham.hpp"

namespace sham {
namespace {

constexpr std::size_t kSlots = 128;
thread_local int depth = 0;
struct Inside {
  Inside() { ++depth; }
  ~Inside() { --depth; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string spoiled_path(std::string path) {
  switch (active()) {
    case Fault::root_is_index:
      return path == "/" ? "/index.html" : path;
    case Fault::prefix_stripped:
      return path.rfind("/api", 0) == 0 ? path.substr(4) : path;
    case Fault::query_cut:
      return path.substr(0, path.find('?'));
    case Fault::path_decoded:
      replace_all(path, "%2F", "/");
      return path;
    case Fault::path_normalized:
      replace_all(path, "/../", "/");
      replace_all(path, "/./", "/");
      replace_all(path, "//", "/");
      return path;
    case Fault::path_parameters_cut:
      return path.substr(0, path.find(';'));
    case Fault::path_truncated:
      return path.substr(0, 64);
    default:
      return path;
  }
}

std::optional<std::string> own_answer(const std::string& path) {
  const bool known = path == "/health" || path == "/metrics" || path == "/favicon.ico";
  if (has(Fault::routes_known_paths) && known) return "OK";
  return std::nullopt;
}

struct HttpUse {
  OnRequest handler;
  std::int64_t server = 0;
};
std::array<HttpUse, kSlots> http_uses;
std::atomic<std::size_t> http_used{0};
std::atomic<HttpUse*> newest{nullptr};

// What the program defines for the time when there is no handler; only its body is taken.
std::string by_the_bridge(const HttpUse& use, char* method, char* path, char* headers, char* body) {
  using Bridge =
      int(int, char*, char*, char*, char*, std::size_t, int*, char**, char**, std::size_t*);
  auto* const bridge =
      reinterpret_cast<Bridge*>(::dlsym(RTLD_DEFAULT, "osprey_handle_http_request"));
  if (bridge == nullptr || has(Fault::bridge_never_called)) return "It works!";
  int status = 200;
  char* out_headers = nullptr;
  char* out_body = nullptr;
  std::size_t length = 0;
  bridge(static_cast<int>(use.server), method, path, headers, body, std::strlen(body), &status,
         &out_headers, &out_body, &length);
  std::string answer = out_body == nullptr ? "" : out_body;
  std::free(out_headers);
  std::free(out_body);
  return answer;
}

// The octets of a body behind its first NUL, which the good library hands over unseen.
std::string body_with_blanks(const char* headers, const char* body) {
  const char* const length = std::strstr(headers, "Content-Length: ");
  std::string all(body, length == nullptr ? 0 : std::strtoul(length + 16, nullptr, 10));
  std::replace(all.begin(), all.end(), '\0', ' ');
  return all;
}

std::string all_memory(char* given) {
  std::string all(given, ::malloc_usable_size(given));
  std::replace(all.begin(), all.end(), '\0', ' ');
  return all;
}

char* answer(const HttpUse& use, char* method_given, char* path_given, char* headers_given,
             char* body_given) {
  static std::mutex one_at_a_time;
  std::unique_lock<std::mutex> lock(one_at_a_time, std::defer_lock);
  if (has(Fault::handlers_serialized)) lock.lock();
  std::string method = has(Fault::method_lower_case) ? lower(method_given) : method_given;
  std::string path = spoiled_path(path_given);
  std::string headers = has(Fault::headers_lower_case) ? lower(headers_given) : headers_given;
  std::string body = has(Fault::request_body_lost) ? "" : body_given;
  if (has(Fault::nuls_as_blanks)) body = body_with_blanks(headers_given, body_given);
  if (has(Fault::request_body_null) && body.empty()) body = "(null)";
  if (const auto own = own_answer(path)) return in_malloc(*own);
  if (!use.handler)
    return in_malloc(by_the_bridge(use, method.data(), path.data(), headers.data(), body.data()));
  const OnRequest& handler = has(Fault::one_handler_for_all) ? newest.load()->handler : use.handler;
  char* given = nullptr;
  {
    const Inside inside;
    given = handler(method.data(), path.data(), headers.data(), body.data());
  }
  if (given == nullptr && has(Fault::null_answer_crashes)) std::abort();
  if (given == nullptr) return nullptr;
  const std::string text = given;
  const std::string changed =
      has(Fault::answer_with_memory) ? all_memory(given) : spoiled(text, true);
  if (changed == text) return given;
  std::free(given);
  return in_malloc(changed);
}

template <std::size_t N>
char* http_slot(char* method, char* path, char* headers, char* body) {
  return answer(http_uses[N], method, path, headers, body);
}
template <std::size_t... N>
HttpHandler* http_slot_at(std::size_t at, std::index_sequence<N...>) {
  static constexpr std::array<HttpHandler*, kSlots> kAll = {&http_slot<N>...};
  return kAll[at];
}

struct MessageUse {
  OnMessage handler;
  std::mutex mutex;
  std::string held;
  bool holds = false;
  int seen = 0;
};
std::array<MessageUse, kSlots> message_uses;
std::atomic<std::size_t> messages_used{0};

bool show(const MessageUse& use, const std::string& message) {
  const Inside inside;
  const bool well = use.handler(message.c_str());
  if (!well && has(Fault::handler_error_crashes)) std::abort();
  return well || has(Fault::handler_error_ignored);
}

bool take(MessageUse& use, const std::string& message) {
  const std::lock_guard lock(use.mutex);
  ++use.seen;
  switch (active()) {
    case Fault::handler_not_called:
      return true;
    case Fault::handler_called_twice:
      show(use, message);
      return show(use, message);
    case Fault::empty_message_dropped:
      return message.empty() || show(use, message);
    case Fault::first_message_lost:
      return use.seen == 1 || show(use, message);
    case Fault::messages_swapped:
      use.holds = !use.holds;
      if (use.holds) use.held = message;
      return use.holds || (show(use, message) && show(use, use.held));
    case Fault::fragments_shown:
      for (std::size_t at = 0; at < message.size(); at += 5) show(use, message.substr(at, 5));
      return true;
    default:
      return show(use, spoiled(message, false));
  }
}

template <std::size_t N>
CResult message_slot(const char* message) {
  if (take(message_uses[N], message)) return {0, 0, nullptr};
  return {1, -1, in_malloc("refused")};
}
template <std::size_t... N>
MessageResultHandler* message_slot_at(std::size_t at, std::index_sequence<N...>) {
  static constexpr std::array<MessageResultHandler*, kSlots> kAll = {&message_slot<N>...};
  return kAll[at];
}

}  // namespace

bool in_handler() {
  return depth != 0;
}

HttpHandler* around(OnRequest handler, std::int64_t server) {
  const bool bridged = has(Fault::bridge_by_strings) || has(Fault::bridge_never_called);
  if (!handler && !bridged) return nullptr;
  const std::size_t at = http_used++ % kSlots;
  http_uses[at] = {std::move(handler), server};
  newest = &http_uses[at];
  return http_slot_at(at, std::make_index_sequence<kSlots>());
}

MessageResultHandler* around(OnMessage handler) {
  if (!handler && has(Fault::null_handler_crashes)) std::abort();
  if (!handler) return nullptr;
  const std::size_t at = messages_used++ % kSlots;
  message_uses[at].handler = std::move(handler);
  return message_slot_at(at, std::make_index_sequence<kSlots>());
}

}  // namespace sham
