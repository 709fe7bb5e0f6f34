// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "negotiation.hpp"
#include "options.hpp"

namespace sham {

// What a server does with a request: the octets to send, and whether WebSocket frames follow.
struct ServerAnswer {
  std::string octets;
  bool upgraded = false;
  bool silent = false;       // neither answer nor close (a fault)
  bool leaves_open = false;  // serve what follows as a new request (a fault)
  std::optional<DeflateParameters> deflate;
};

// `head` is one whole request head with its empty line.
ServerAnswer answer_request(std::string_view head, const Options& options);

// A refusal that needs no parsed request, e.g. 431 for too long a head.
ServerAnswer refuse(int status, std::string_view text);

}  // namespace sham
