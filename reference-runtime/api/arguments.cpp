// SPDX-License-Identifier: Apache-2.0
#include "api/arguments.hpp"

#include <arpa/inet.h>

#include <array>
#include <string>

#include "wire/http/request.hpp"
#include "wire/utf8.hpp"

namespace osprey::api {

std::optional<Failure> check_port(std::int64_t port) {
  if (port >= 1 && port <= 65535) {
    return std::nullopt;
  }
  return failure(OSPREY_ERR_PORT, "port " + std::to_string(port) + " is outside 1 to 65535");
}

std::optional<Failure> check_address(const char* address) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  if (address == nullptr || *address == '\0') {
    return failure(OSPREY_ERR_ADDRESS, "address is empty; name one to bind to, such as 127.0.0.1");
  }
  if (inet_pton(AF_INET, address, parsed.data()) == 1 ||
      inet_pton(AF_INET6, address, parsed.data()) == 1) {
    return std::nullopt;
  }
  return failure(OSPREY_ERR_ADDRESS, "address \"" + std::string(address).substr(0, 64) +
                                         "\" is no IPv4 or IPv6 address");
}

std::optional<Failure> check_path(const char* path) {
  const std::string_view text = text_of(path);
  if (text.empty() || text.front() != '/' || !wire::http::is_request_target(text)) {
    return failure(OSPREY_ERR_PATH,
                   "path has to begin with / and hold no blank, control octet or #");
  }
  return std::nullopt;
}

std::optional<Failure> check_message(const char* message) {
  if (message == nullptr) {
    return failure(OSPREY_ERR_ARGUMENT, "message is NULL");
  }
  if (!wire::is_utf8(wire::octets_of(message))) {
    return failure(OSPREY_ERR_ARGUMENT, "message is not UTF-8");
  }
  return std::nullopt;
}

std::optional<Failure> check_headers(const char* headers) {
  const auto fields = wire::http::parse_raw_fields(text_of(headers));
  if (fields) {
    return std::nullopt;
  }
  return failure(OSPREY_ERR_ARGUMENT, "headers: " + fields.failure().detail);
}

Failure unknown_id(std::string_view kind, std::int64_t id) {
  return failure(OSPREY_ERR_ID, std::to_string(id) + " is no open " + std::string(kind));
}

}  // namespace osprey::api
