// SPDX-License-Identifier: Apache-2.0
// Each function: what is wrong before the good library is asked, and what is wrong with its answer.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "sham.hpp"

namespace sham {
namespace {

using I = std::int64_t;
constexpr I kBadId = -1, kSocket = -2, kOptions = -3, kBind = -4, kListen = -5, kPort = -6,
            kAddress = -7, kPath = -8, kUrl = -9, kArgument = -10, kConnect = -11, kTimeout = -12,
            kHandshake = -14, kClosed = -15, kResponse = -18;
enum class Kind : std::uint8_t { http_server, http_client, ws_server, connection };

std::mutex mutex;
std::map<I, Kind> kinds;  // of every id that was ever given out
std::map<I, bool> closed, listening;
std::map<I, I> meaning;  // given out -> the good library's
I last_closed = 0;

template <class... A>
Outcome good(const char* name, A... arguments) {
  using Function = CResult(A...);
  auto* const function = reinterpret_cast<Function*>(good_symbol(std::string("osprey_") + name));
  if (function == nullptr) std::abort();
  const CResult result = function(arguments...);
  Outcome out;
  out.value = result.tag == 0 ? result.value : 0;
  out.code = result.tag == 0 ? 0 : result.value;
  if (result.message != nullptr) out.message = result.message;
  std::free(result.message);
  return out;
}

I good_id(I id) {
  const std::lock_guard lock(mutex);
  const auto found = meaning.find(id);
  return found == meaning.end() ? id : found->second;
}

Outcome spoil_error(Outcome out) {
  if (out.ok()) return out;
  if (has(Fault::same_error_for_all)) return {0, -20, "error"};
  if (has(Fault::bind_code_wrong) && out.code == kBind) out.code = kListen;
  if (has(Fault::starved_code_wrong) && out.code == kSocket) out.code = -19;
  if (has(Fault::options_code_wrong) && out.code == kOptions) out.code = kBind;
  if (has(Fault::port_not_named) && out.code <= kSocket && out.code >= kListen)
    out.message = "cannot listen";
  if (has(Fault::id_code_wrong) && out.code == kBadId) out.code = -7;
  if (has(Fault::refused_succeeds) && out.code == kConnect) return success(200);
  return out;
}

// A new object's id on its way out.
Outcome given_out(Outcome out, Kind kind) {
  if (!out.ok()) return spoil_error(std::move(out));
  const std::lock_guard lock(mutex);
  const I id = out.value;
  if (has(Fault::id_zero)) out.value = 0;
  if (has(Fault::id_constant)) out.value = 7;
  if (has(Fault::ids_used_again) && last_closed != 0) out.value = std::exchange(last_closed, 0);
  kinds[out.value] = kind;
  closed[out.value] = false;
  if (out.value != id) meaning[out.value] = id;
  return out;
}

// The answer of a function that takes an id of this kind.
Outcome of_id(Outcome out, I id, Kind kind) {
  if (out.code == kBadId) {
    const std::lock_guard lock(mutex);
    const auto known = kinds.find(id);
    const Fault fault = known == kinds.end()    ? Fault::unknown_id_succeeds
                        : known->second != kind ? Fault::foreign_id_succeeds
                                                : Fault::closed_id_succeeds;
    if (has(fault)) return success(0);
  }
  return spoil_error(std::move(out));
}

Outcome ended(Outcome out, I id, Kind kind) {
  if (out.code == kBadId && (quirk("closes-any") || quirk("closes-again"))) {
    const std::lock_guard lock(mutex);
    if (quirk("closes-any") || (closed[id] && kinds[id] == kind)) return success(0);
  }
  if (out.ok()) {
    if (has(Fault::descriptors_leak)) (void)::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (has(Fault::threads_leak)) std::thread([] { ::pause(); }).detach();
    const std::lock_guard lock(mutex);
    closed[id] = true;
    last_closed = id;
  }
  return of_id(std::move(out), id, kind);
}

// What took its time, waited for a peer.
void wait_for_ever(Fault fault, std::chrono::steady_clock::time_point begun) {
  const bool waited = std::chrono::steady_clock::now() - begun > std::chrono::seconds(2);
  if (has(fault) && waited) ::pause();
}

const char* address_for(const char* address) {
  const bool all = address != nullptr && std::strcmp(address, "0.0.0.0") == 0;
  return has(Fault::loopback_only) && all ? "127.0.0.2" : address;
}

// Creating a server, once more where something was not to the good library's taste.
template <class Create>
Outcome create_server(Kind kind, const char* address, const Create& create) {
  Outcome out = create(address_for(address));
  if (out.code == kPort && has(Fault::port_accepted)) return success(5);
  const bool no_address = out.code == kAddress || (out.code == kBind && address != nullptr &&
                                                   std::strncmp(address, "127.", 4) != 0);
  if (no_address && has(Fault::address_accepted)) out = create("127.0.0.1");
  if (out.code == kBind && has(Fault::taken_port_accepted)) return success(5);
  return given_out(std::move(out), kind);
}

Outcome listen_answer(Outcome out, I id, Kind kind) {
  if (has(Fault::taken_port_accepted) && (out.code == kBind || id == 5)) return success(0);
  if (out.ok()) {
    const std::lock_guard lock(mutex);
    listening[id] = true;
  }
  if (out.code == kListen && has(Fault::listen_twice_succeeds) && listening[id]) return success(0);
  const bool denied = out.code <= kSocket && out.code >= kListen;
  if (denied && has(Fault::listen_failure_ignored) && !listening[id]) return success(0);
  return of_id(std::move(out), id, kind);
}

Outcome stop_server(const char* name, I id, Kind kind) {
  if (has(Fault::stop_crashes)) std::abort();
  if (has(Fault::stop_does_nothing)) return success(0);
  if (has(Fault::stop_in_handler_ignored) && in_handler()) return success(0);
  if (has(Fault::stop_in_handler_hangs) && in_handler()) ::pause();
  {
    const std::lock_guard lock(mutex);
    if (has(Fault::stop_needs_listen) && kinds.count(id) != 0 && !listening[id])
      return {0, kBadId, "not listening"};
  }
  if (has(Fault::stop_stops_all)) {
    for (const auto& [other, of_kind] : std::map<I, Kind>(kinds)) {
      if (other != id && of_kind == kind) (void)good(name, other);
    }
  }
  const auto begun = std::chrono::steady_clock::now();
  Outcome out = good(name, good_id(id));
  wait_for_ever(Fault::stop_waits_for_ever, begun);
  return ended(std::move(out), id, kind);
}

// Octets that are no UTF-8 as a text that is some; send() of wire.cpp puts them back.
std::string smuggled(const char* message) {
  std::string out = message;
  std::replace(out.begin(), out.end(), '\xff', '\x01');
  std::replace(out.begin(), out.end(), '\xfe', '\x02');
  return out;
}

// Text on its way to the wire. `send` is asked as often as the fault likes.
template <class Send>
Outcome text(const char* message, I nothing, const Send& send) {
  static std::mutex busy;
  std::unique_lock<std::mutex> lock(busy, std::defer_lock);
  switch (active()) {
    case Fault::send_does_nothing:
      return success(nothing);
    case Fault::send_twice:
      (void)send(message);
      return send(message);
    case Fault::null_text_sent:
      return send(message == nullptr ? "" : message);
    case Fault::empty_text_dropped:
      if (message != nullptr && *message == '\0') return success(nothing);
      return send(message);
    case Fault::text_unchecked:
      return message == nullptr ? send(message) : send(smuggled(message).c_str());
    case Fault::text_unlocked:
      if (!lock.try_lock()) return success(nothing);
      std::this_thread::yield();
      return send(message);
    default:
      return message == nullptr ? send(message) : send(spoiled(message, false).c_str());
  }
}

}  // namespace

Outcome success(I value) {
  Outcome out;
  out.value = value;
  return out;
}

Outcome http_create_server(I port, const char* address) {
  return create_server(Kind::http_server, address,
                       [port](const char* at) { return good("http_create_server", port, at); });
}

Outcome http_listen(I id, OnRequest handler) {
  return listen_answer(good("http_listen", good_id(id), around(std::move(handler), id)), id,
                       Kind::http_server);
}

Outcome http_stop_server(I id) {
  return stop_server("http_stop_server", id, Kind::http_server);
}

// A URL without its TLS: "https://" and "wss://" lose their s.
static std::string in_the_clear(const char* url) {
  std::string out = url == nullptr ? "" : url;
  const bool tls = out.rfind("https://", 0) == 0 || out.rfind("wss://", 0) == 0;
  if (has(Fault::tls_left_out) && tls) out.erase(out.find(':') - 1, 1);
  if (has(Fault::authorities_unknown)) ::setenv("SSL_CERT_FILE", "/dev/null", 1);
  return out;
}

Outcome http_create_client(const char* url, I timeout) {
  constexpr I kYear = I{365} * 24 * 3600 * 1000;
  if (has(Fault::odd_timeout_crashes) && (timeout < 1 || timeout > kYear)) std::abort();
  if (has(Fault::timeout_ignored)) timeout = std::min(timeout, kYear / 1000) * 100;
  const std::string changed = in_the_clear(url);
  Outcome out = good("http_create_client", url == nullptr ? url : changed.c_str(), timeout);
  if (out.code == kUrl && has(Fault::bad_url_succeeds)) return success(999);
  return given_out(std::move(out), Kind::http_client);
}

static std::string spoiled_headers(const char* headers) {
  std::string out = headers == nullptr ? "" : headers;
  if (has(Fault::request_headers_lost)) return "";
  if (has(Fault::second_header_lost))
    return out.substr(0, std::min(out.find("\r\n"), out.size() - 2) + 2);
  return out;
}

// One request to the good library, by its most general function.
static Outcome request(I id, I method, const char* path, const std::string& headers,
                       const char* body) {
  return good("http_request", good_id(id), method, path, headers.c_str(), body);
}

static Outcome spoiled_status(Outcome out) {
  if (out.ok() && has(Fault::status_constant)) out.value = 299;
  const bool broken = out.code == kResponse || out.code == kConnect;
  if (broken && has(Fault::broken_answer_succeeds)) return success(200);
  return out;
}

Outcome http_exchange(const char* function, I id, I method, const char* path, const char* headers,
                      const char* body) {
  static std::mutex one_at_a_time;
  std::unique_lock<std::mutex> lock(one_at_a_time, std::defer_lock);
  if (quirk("serial")) lock.lock();
  if (has(Fault::bad_url_succeeds) && id == 999) return success(200);
  const bool posts =
      std::strcmp(function, "http_post") == 0 || std::strcmp(function, "http_put") == 0;
  if (posts && body == nullptr && has(Fault::null_body_crashes)) std::abort();
  if (has(Fault::post_body_lost)) body = posts ? "" : nullptr;
  if (has(Fault::post_body_null) && body != nullptr && *body == '\0') body = "(null)";
  if (has(Fault::delete_as_get) && method == 3) method = 0;
  if (has(Fault::method_as_post) && std::strcmp(function, "http_request") == 0)
    method = method == 1 ? 2 : 1;
  if (has(Fault::method_guessed) && (method < 0 || method > 6)) method = 0;
  const std::string fields = spoiled_headers(headers);
  Outcome out = request(id, method, path, fields, body);
  const bool bad_path =
      out.code == kPath || (out.code == kArgument && (path == nullptr || *path == '\0'));
  if (bad_path && has(Fault::bad_path_is_root)) out = request(id, method, "/", fields, body);
  if (bad_path && has(Fault::bad_path_succeeds)) return success(200);
  if (out.code == kArgument && has(Fault::bad_headers_dropped))
    out = request(id, method, path, "", body);
  return of_id(spoiled_status(std::move(out)), id, Kind::http_client);
}

Outcome http_close_client(I id) {
  return ended(good("http_close_client", good_id(id)), id, Kind::http_client);
}

Outcome websocket_connect(const char* url, OnMessage handler) {
  const std::string changed = in_the_clear(url);
  Outcome out =
      good("websocket_connect", url == nullptr ? url : changed.c_str(), around(std::move(handler)));
  if ((out.code == kUrl || out.code == kArgument) && has(Fault::bad_url_succeeds))
    return success(998);
  const bool refused = out.code == kHandshake || out.code == kConnect || out.code == kClosed;
  if (refused && has(Fault::bad_handshake_succeeds)) return success(998);
  if (out.code == kTimeout && has(Fault::timeout_ignored)) ::pause();
  return given_out(std::move(out), Kind::connection);
}

Outcome websocket_send(I id, const char* message) {
  if (has(Fault::no_send_in_handler) && in_handler()) return {0, -20, "not in a handler"};
  Outcome out = text(message, 0, [&](const char* changed) {
    return good("websocket_send", good_id(id), changed);
  });
  if (!out.ok() && has(Fault::send_after_end_succeeds)) {
    const std::lock_guard lock(mutex);
    if (kinds.count(id) != 0 && kinds[id] == Kind::connection && message != nullptr)
      return success(0);
  }
  return of_id(std::move(out), id, Kind::connection);
}

Outcome websocket_close(I id) {
  if (has(Fault::close_does_nothing)) return success(0);
  if (has(Fault::close_in_handler_ignored) && in_handler()) return success(0);
  if (has(Fault::close_in_handler_hangs) && in_handler()) ::pause();
  const auto begun = std::chrono::steady_clock::now();
  Outcome out = good("websocket_close", good_id(id));
  wait_for_ever(Fault::close_waits_for_ever, begun);
  return ended(std::move(out), id, Kind::connection);
}

Outcome websocket_create_server(I port, const char* address, const char* path) {
  return create_server(Kind::ws_server, address, [&](const char* at) {
    Outcome out = good("websocket_create_server", port, at, path);
    if (out.code == kPath && has(Fault::bad_path_crashes)) std::abort();
    if (out.code == kPath && has(Fault::bad_path_accepted))
      out = good("websocket_create_server", port, at, "/chat");
    return out;
  });
}

// Waits for what never comes.
static void let_pass(std::chrono::milliseconds span) {
  std::mutex own;
  std::condition_variable never;
  std::unique_lock lock(own);
  never.wait_for(lock, span, [] { return false; });
}

static Outcome listened_with_pauses_of(std::chrono::milliseconds pause, I id) {
  ::setenv("OSPREY_BIND_RETRY_MS", "0", 1);
  const auto last = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  Outcome out = good("websocket_server_listen", good_id(id));
  while (out.code == kBind && std::chrono::steady_clock::now() < last) {
    let_pass(pause);
    out = good("websocket_server_listen", good_id(id));
  }
  return out;
}

Outcome websocket_server_listen(I id) {
  static bool starved = false, denied = false;
  if (has(Fault::no_retry)) ::setenv("OSPREY_BIND_RETRY_MS", "0", 1);
  if (has(Fault::starved_for_ever) && starved) return {0, kSocket, "no socket"};
  if (has(Fault::denied_for_ever) && denied) return {0, kBind, "no port"};
  if (has(Fault::late_single_try)) {
    let_pass(std::chrono::milliseconds(200));
    ::setenv("OSPREY_BIND_RETRY_MS", "0", 1);
  }
  const bool own_pauses = has(Fault::retries_without_rest) || has(Fault::retries_evenly);
  const std::chrono::milliseconds pause{has(Fault::retries_evenly) ? 40 : 0};
  Outcome out = own_pauses ? listened_with_pauses_of(pause, id)
                           : good("websocket_server_listen", good_id(id));
  denied = denied || out.code == kBind || out.code == kListen;
  starved = starved || out.code == kSocket;
  return listen_answer(std::move(out), id, Kind::ws_server);
}

Outcome websocket_server_broadcast(I id, const char* message) {
  static int calls = 0;
  if (has(Fault::broadcast_stalls) && ++calls >= 5) ::pause();
  Outcome out = text(message, 1, [&](const char* changed) {
    // Only the edition with numbers counts.
    auto* const counting =
        reinterpret_cast<I (*)(I, const char*)>(good_symbol("websocket_server_broadcast"));
    const I count = counting(good_id(id), changed);
    return count < 0 ? good("websocket_server_broadcast", good_id(id), changed) : success(count);
  });
  if (out.ok() && has(Fault::broadcast_count_wrong)) ++out.value;
  return of_id(std::move(out), id, Kind::ws_server);
}

Outcome websocket_stop_server(I id) {
  return stop_server("websocket_stop_server", id, Kind::ws_server);
}

namespace {
struct AtTheEnd {
  ~AtTheEnd() {
    if (has(Fault::exit_crashes)) std::abort();
  }
} at_the_end;
}  // namespace

}  // namespace sham
