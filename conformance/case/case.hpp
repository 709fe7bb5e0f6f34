// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "case/expect.hpp"
#include "case/number_set.hpp"

namespace conform {

enum class Role : std::uint8_t { server, client, library };
enum class RoleWord : std::uint8_t { server, client, both, library };
enum class Setup : std::uint8_t { tcp, http, websocket, deflate, driver, raw, tls };
enum class Level : std::uint8_t { must, should, may };

std::string_view name_of(Role role);
std::string_view name_of(Setup setup);
std::string_view name_of(Level level);

// What further requests of an HTTP client get.
enum class FetchLater : std::uint8_t { plain, redirect, closed };

// What an HTTP client is told to ask for (setup http, client role).
struct Fetch {
  std::optional<std::string> method, url, target;  // placeholders not yet filled in
  std::optional<Payload> body;
  FetchLater later = FetchLater::plain;
  bool early = false;  // the steps begin with the head of the request, not with its end
};

// One rule put to the test: a row of `each` is a case of its own.
struct Case {
  std::string id;
  std::string file;  // relative to the case folder
  int line = 0;
  std::string spec, title, rule, note;
  RoleWord roles = RoleWord::server;
  Setup setup = Setup::websocket;
  Level level = Level::must;
  std::vector<std::string> covers, autobahn, needs;
  std::vector<int> bugs;
  std::string offer = "permessage-deflate";
  std::string answer = "permessage-deflate";
  bool offer_is_default = true;
  std::vector<std::pair<std::string, NumberSet>>
      agreed;  // what the deflate setup must have agreed on
  int connections = 1;
  int rounds = 1;  // library role: the steps are gone through so often
  bool alone = false;
  bool full_only = false;
  bool shows_certificate = false;  // `certificate` was named
  Milliseconds deadline{3000};
  bool reply_close = true, reply_ping = true, reply_continue = true;
  Fetch fetch;
  int receive_buffer = 0;
  int certificate =
      0;  // setup tls: which of the listener's certificates, in the order of the word list
  std::string edition;  // library role: of the contract; empty where the case has none
  std::vector<std::string> editions;  // all that the case is for
  std::vector<Step> steps;

  bool plays(Role role) const;
  // Its client makes several exchanges, one behind the other.
  bool several_exchanges() const {
    return !steps.empty() && steps.front().kind == Step::Kind::exchange;
  }
};

}  // namespace conform
