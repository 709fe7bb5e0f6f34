// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

namespace conform {

// Where a runtime is reached, taken from a URL.
struct Target {
  bool tls = false;
  bool http = false;  // http:// or https://
  std::string host;
  std::uint16_t port = 0;
  std::string path = "/";  // with the query

  // host[:port] as the Host header has it.
  std::string authority() const;
};

// An empty string, or what is wrong with the URL.
std::string parse_url(const std::string& url, Target& out);

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// Looks a name up; an empty string, or why it cannot be found.
std::string resolve(const std::string& host, std::uint16_t port, std::vector<Address>& out);

// A port of 127.0.0.1 that is free at this moment; 0 when there is none.
std::uint16_t free_port();

// The same, from a range that the system takes no ports from for connections, so that it stays free
// until somebody asks for it by number.
std::uint16_t quiet_port();

// Whether somebody could listen there now.
bool port_is_free(std::uint16_t port);

// A socket that listens on a port of 127.0.0.1 (0 = any) and takes nobody in; -1 when it cannot.
// `port` is the one it has.
int occupy_port(std::uint16_t& port);
void close_descriptor(int fd);

}  // namespace conform
