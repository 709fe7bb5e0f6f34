// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/match/facts.hpp"
#include "run/match/header_match.hpp"
#include "run/match/outcome.hpp"

namespace conform {

// What a client's request has to be.
struct RequestExpect {
  std::optional<std::string> method, version;
  std::vector<std::string> targets;  // any of them; placeholders not yet filled in
  std::vector<HeaderExpect> headers;
  bool key_valid = false, key_fresh = false, rest_none = false;
  Legality legal = Legality::any;
  std::optional<Payload> body;
};

RequestExpect read_request_expect(Reading& in, const Tree& tree);
std::string request_expect_schema();
// The opening handshake of a WebSocket client.
Outcome match_upgrade(const Facts& facts, const RequestExpect& wanted);
// Setup http: one request of an HTTP client.
Outcome match_request(const Facts& facts, const RequestExpect& wanted,
                      const wire::HttpMessage& request);

}  // namespace conform
