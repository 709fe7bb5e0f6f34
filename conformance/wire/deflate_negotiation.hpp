// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conform::wire {

// One element of Sec-WebSocket-Extensions, as written; a parameter without value has none.
struct Extension {
  std::string name;
  std::vector<std::pair<std::string, std::optional<std::string>>> parameters;

  bool has(std::string_view parameter) const;
  std::optional<std::string> value(std::string_view parameter) const;
};

// nullopt when the text breaks the grammar of RFC 6455 §9.1.
std::optional<std::vector<Extension>> parse_extensions(const std::vector<std::string>& elements);

// What a permessage-deflate answer agrees to.
struct DeflateAgreement {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = 15;
  int client_max_window_bits = 15;
};

// Reads an answer; on trouble returns nullopt and says in `why` what is illegal about it by itself.
std::optional<DeflateAgreement> read_deflate_answer(const Extension& answer, std::string& why);

// Is this an offer that a server may accept at all: parameters known, values legal, nothing twice?
bool legal_deflate_offer(const Extension& offer);

// RFC 7692 §7.1: is `answer` a legal answer to one of the offers? Empty when it is, else why not.
std::string illegal_answer(const Extension& answer, const std::vector<Extension>& offers);

}  // namespace conform::wire
