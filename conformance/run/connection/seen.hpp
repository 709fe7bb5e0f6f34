// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "run/engine/timeline.hpp"
#include "subject/connection.hpp"
#include "wire/deflate_negotiation.hpp"
#include "wire/http.hpp"
#include "wire/message_reader.hpp"

namespace conform {

struct SeenMessage {
  std::uint8_t opcode = 0;
  wire::Octets payload;  // dropped when it is a large matching echo
  bool matches_echo = false;
  bool compressed = false;
  std::uint32_t frames = 0;
  wire::DeflateFacts deflate;
};

// What the runtime did. Messages, pongs and fences belong to the current expect; the rest stays for
// the whole case.
struct Seen {
  std::vector<SeenMessage> messages;
  std::vector<wire::Octets> pongs;  // fences left out
  bool fence_sent = false;
  bool fence_possible = true;
  bool fence_answered = false;
  bool ping_fence_answered = false;
  bool timeout = false;

  std::vector<wire::HttpMessage> responses;
  std::vector<wire::HttpMessage> interim;  // setup http: statuses 1xx, since the last expect
  int continues = 0;                       // how many of the case's are 100
  bool http_fence_sent = false;            // a last request that asks to close; its answer is due
  std::string unasked;  // the first message that answered nothing we sent, for people
  std::optional<wire::Event> close;
  std::string violation;
  bool bad_close = false;  // the violation is what a Close held
  std::optional<EndOfStream> end;
  std::optional<TimePoint> both_closed;
  std::uint64_t octets_after_request = 0;  // client role
  bool went_on = false;                    // client role: it has come back on another connection

  // For people: what came, in order, with times.
  Timeline timeline{10};
};

}  // namespace conform
