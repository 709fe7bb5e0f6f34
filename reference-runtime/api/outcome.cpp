// SPDX-License-Identifier: Apache-2.0
#include "api/outcome.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace osprey::api {
namespace {

struct Row {
  std::int64_t code;
  const char* text;
};

constexpr std::array kTexts = {
    Row{OSPREY_OK, "no error"},
    Row{OSPREY_ERR_ID, "invalid id"},
    Row{OSPREY_ERR_SOCKET, "socket creation failed"},
    Row{OSPREY_ERR_OPTIONS, "socket options failed"},
    Row{OSPREY_ERR_BIND, "bind failed"},
    Row{OSPREY_ERR_LISTEN, "listen failed"},
    Row{OSPREY_ERR_PORT, "invalid port"},
    Row{OSPREY_ERR_ADDRESS, "invalid address"},
    Row{OSPREY_ERR_PATH, "invalid path"},
    Row{OSPREY_ERR_URL, "invalid URL"},
    Row{OSPREY_ERR_ARGUMENT, "invalid argument"},
    Row{OSPREY_ERR_CONNECT, "connection failed"},
    Row{OSPREY_ERR_TIMEOUT, "timed out"},
    Row{OSPREY_ERR_TLS, "TLS failed"},
    Row{OSPREY_ERR_HANDSHAKE, "WebSocket handshake failed"},
    Row{OSPREY_ERR_CLOSED, "connection closed"},
    Row{OSPREY_ERR_QUEUE, "receiver too slow"},
    Row{OSPREY_ERR_TOO_BIG, "over a limit"},
    Row{OSPREY_ERR_RESPONSE, "bad HTTP response"},
    Row{OSPREY_ERR_RESOURCES, "out of resources"},
    Row{OSPREY_ERR_SYSTEM, "system error"},
};

std::int64_t code_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::bad_argument:
      return OSPREY_ERR_ARGUMENT;
    case ErrorCode::address_in_use:
    case ErrorCode::address_unusable:
      return OSPREY_ERR_BIND;
    case ErrorCode::socket_failed:
      return OSPREY_ERR_SOCKET;
    case ErrorCode::options_failed:
      return OSPREY_ERR_OPTIONS;
    case ErrorCode::listen_failed:
      return OSPREY_ERR_LISTEN;
    case ErrorCode::connect_failed:
      return OSPREY_ERR_CONNECT;
    case ErrorCode::timed_out:
      return OSPREY_ERR_TIMEOUT;
    case ErrorCode::tls_failed:
      return OSPREY_ERR_TLS;
    case ErrorCode::handshake_failed:
      return OSPREY_ERR_HANDSHAKE;
    case ErrorCode::bad_response:
      return OSPREY_ERR_RESPONSE;
    case ErrorCode::closed:
      return OSPREY_ERR_CLOSED;
    case ErrorCode::queue_full:
      return OSPREY_ERR_QUEUE;
    case ErrorCode::too_big:
      return OSPREY_ERR_TOO_BIG;
    case ErrorCode::no_resources:
      return OSPREY_ERR_RESOURCES;
    case ErrorCode::system:
      break;
  }
  return OSPREY_ERR_SYSTEM;
}

}  // namespace

std::string_view text_of_code(std::int64_t code) noexcept {
  for (const Row& row : kTexts) {
    if (row.code == code) {
      return row.text;
    }
  }
  return "unknown code";
}

Failure failure(std::int64_t code, std::string what) {
  return {code, std::move(what)};
}

Failure failure(const Error& error) {
  return {code_of(error.code), error.message};
}

std::int64_t as_code(const Outcome& outcome) noexcept {
  return outcome.ok() ? outcome.value() : outcome.failure().code;
}

OspreyResult as_result(const Outcome& outcome) noexcept {
  if (outcome.ok()) {
    return {OSPREY_SUCCESS, outcome.value(), nullptr};
  }
  const Failure& failed = outcome.failure();
  const std::string_view text = text_of_code(failed.code);
  const std::string_view what = failed.what;
  const std::size_t size = text.size() + (what.empty() ? 0 : 2 + what.size());
  auto* const message = static_cast<char*>(std::calloc(size + 1, 1));
  if (message != nullptr) {
    std::copy(text.begin(), text.end(), message);  // calloc() has put the NUL
    if (!what.empty()) {
      message[text.size()] = ':';
      message[text.size() + 1] = ' ';
      std::copy(what.begin(), what.end(), message + text.size() + 2);
    }
  }
  return {OSPREY_ERR, failed.code, message};
}

}  // namespace osprey::api
