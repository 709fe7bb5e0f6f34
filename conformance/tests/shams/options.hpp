// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sham {

// What the command line says. Sizes are octets.
struct Options {
  std::uint16_t port = 0;
  std::string url;
  std::string agent = "sham";
  std::vector<std::string> subprotocols;
  std::vector<std::string> origins;    // empty = all
  std::vector<std::string> paths;      // empty = all
  std::vector<std::string> required;   // "Name: value" that every request must have
  std::vector<std::string> greetings;  // texts sent right after the 101; {n} counts connections
  std::string envelope;                // in which a text comes back: {payload}, {n}
  bool echoes = true;
  int tick_every = 0;  // a text nobody asked for behind every so many messages and pings
  std::string offer = "permessage-deflate; client_max_window_bits";
  bool deflate = true;
  bool tls = false;
  std::string certificate;
  std::string private_key;
  std::string authority;

  std::size_t message_limit = std::size_t{16} * 1024 * 1024;
  std::size_t head_limit = std::size_t{16} * 1024;
  std::chrono::milliseconds handshake_deadline{5000};
  std::chrono::milliseconds close_deadline{2000};
};

}  // namespace sham
