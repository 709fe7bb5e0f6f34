// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "extension.hpp"

// The four parameters of permessage-deflate (RFC 7692 §7.1), as offered, answered and agreed.
namespace sham {

struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = 15;
  int client_max_window_bits = 15;
};

struct DeflateAnswer {
  DeflateParameters agreed;
  std::string text;  // the value of Sec-WebSocket-Extensions
};

// A server's choice: the first offer it can take, nullopt to go on without compression.
std::optional<DeflateAnswer> choose_offer(const std::vector<Extension>& offers);

// A client's judgement of an answer to `offer`; nullopt = fail the connection.
std::optional<DeflateParameters> check_answer(const Extension& answer,
                                              const std::vector<Extension>& offers);

}  // namespace sham
