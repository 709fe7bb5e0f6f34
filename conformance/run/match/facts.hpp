// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "case/case.hpp"
#include "run/connection/channel.hpp"
#include "run/connection/handshake_text.hpp"

namespace conform {

// What an HTTP client said of one exchange.
struct FetchReport {
  std::string error;    // as it reported
  std::string trouble;  // no report, or one that cannot be read
  int status = 0;
  std::uint64_t length = 0;
  std::string sha256;
};

// What an HTTP client did: the requests that came on all its connections, and its report. Where it
// makes several exchanges, those of the one that is going on.
struct FetchFacts : FetchReport {
  std::vector<wire::HttpMessage> requests;
  bool done = false;  // its program has ended, or reported
  // With exchange steps.
  bool several = false;
  std::optional<wire::HttpMessage> earlier;  // the last request of the exchange before
  bool kept = false;  // the last request came on a connection that had carried one before
  int open = 0;       // connections that the client has not ended
};

// All that an expectation is held against.
struct Facts {
  Facts(const Channel& c, const PayloadMaker& p, Role r)
      : channel(c), seen(c.seen), payloads(p), role(r) {}
  const Channel& channel;
  const Seen& seen;
  const PayloadMaker& payloads;
  Role role;                                // of the implementation
  const wire::HttpHead* request = nullptr;  // client role
  const wire::Octets* request_body = nullptr;
  bool octets_behind_request = false;
  bool key_fresh = true;
  bool still_sending = false;
  std::string offer;  // Sec-WebSocket-Extensions that were sent, if any
  const HandshakeFacts* handshake = nullptr;
  bool http = false;       // setup http
  bool last_step = false;  // setup http: nothing is expected behind this
  int fence_status = 200;  // setup http: what the health check's request is answered with
  const FetchFacts* fetch = nullptr;  // setup http, client role
  TimePoint now = Clock::now();
  double deadline_factor = 1.0;

  bool http_server() const { return http && role != Role::client; }
  bool http_client() const { return http && role == Role::client; }
};

}  // namespace conform
