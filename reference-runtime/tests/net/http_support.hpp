// SPDX-License-Identifier: Apache-2.0
// An HTTP server with one thread, and what is sent to it.
#pragma once

#include <gtest/gtest.h>

#include <osprey/http_server.hpp>
#include <string>
#include <string_view>

#include "support.hpp"

namespace osprey::test {

inline constexpr std::size_t kInMemory = 1000;
inline constexpr std::size_t kLarge = 300'000;

inline HttpServer serve(HttpHandler handler, BodyDelivery delivery = BodyDelivery::streamed,
                        HttpServerSettings settings = {}) {
  settings.threads = 1;
  settings.limits.body_in_memory = kInMemory;
  auto server = HttpServer::bind(std::move(settings));
  EXPECT_TRUE(server);
  EXPECT_TRUE(server.value().listen(std::move(handler), delivery));
  return std::move(server.value());
}

inline HttpAnswer text(std::string body, int status = 200) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

inline std::string post(std::size_t size, std::string_view path = "/") {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

inline std::string pattern(std::size_t size) {
  std::string octets(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    octets[i] = static_cast<char>('a' + i % 23);
  }
  return octets;
}

inline std::string read_answer(Raw& raw, std::size_t length) {
  const std::string head = raw.read_head();
  return head.substr(9, 3) + " " + raw.read(length);
}

}  // namespace osprey::test
