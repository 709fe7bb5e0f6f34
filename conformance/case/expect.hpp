// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "case/call.hpp"
#include "case/step.hpp"

namespace conform {

// Numbers as a case may list them: single ones and ranges, and two words.
struct NumberSet {
  std::vector<std::pair<int, int>> ranges;
  bool none = false;   // code: no Close frame; deflate parameter: absent
  bool empty = false;  // code: a Close without a code
  bool any_but_101 = false;
  bool present = false;
  bool holds(int number) const {
    for (const auto& [low, high] : ranges) {
      if (number >= low && number <= high) return true;
    }
    return any_but_101 && number != 101;
  }
  std::string text;  // as written, for people
};

struct MessageExpect {
  int opcode = 1;
  Payload payload;
};

// What the whole value of a header has to look like.
enum class HeaderForm : std::uint8_t { any, date, current_date, number, tokens };

struct HeaderExpect {
  std::string name;
  bool absent = false, present = false;
  bool leads = false;  // the first header of all
  std::optional<std::string> equals, contains, differs;
  std::vector<std::string> lacks;
  std::optional<std::string> includes,
      excludes;  // text anywhere in the value; an absent header is empty
  std::vector<std::string> one_of;
  bool one_of_absent = false;
  std::optional<int> count;
  HeaderForm form = HeaderForm::any;
  std::optional<int> same_as;  // setup http: the value this header has in that response, from 1
  std::string text;
};

struct FramesExpect {
  std::optional<bool> masked;
  bool shortest = false, rsv_none = false, rsv_first_only = false, control_legal = false;
  bool keys_distinct = false, keys_random = false, legal = false;
  std::optional<std::uint64_t> largest, count;
};

struct DeflateExpect {
  enum class Kind : std::uint8_t { declined, accepted, legal, parameters };
  Kind kind = Kind::accepted;
  std::vector<std::pair<std::string, NumberSet>> parameters;
};

// Of a head: as the text demands, and as it recommends besides (one blank behind the colon, …).
enum class Legality : std::uint8_t { any, legal, tidy };

struct RequestExpect {
  std::optional<std::string> method, version;
  std::vector<std::string> targets;  // any of them; placeholders not yet filled in
  std::vector<HeaderExpect> headers;
  bool key_valid = false, key_fresh = false, legal = false, rest_none = false;
  bool tidy = false;  // setup http, as what follows
  std::optional<Payload> body;
};

// One of several responses in their order (setup http).
struct ResponseExpect {
  std::optional<std::string> version;
  std::optional<NumberSet> status;
  std::vector<HeaderExpect> headers;
  std::optional<Payload> body;
  Legality legal = Legality::any;
};

// What an HTTP client has to report about its one exchange.
struct ReportExpect {
  bool error = false;
  std::optional<NumberSet> status;
  std::optional<Payload> body;
};

enum class ConnectionExpect : std::uint8_t { unstated, kept, closed, fresh };

// The fields of setup http.
struct HttpExpect {
  std::vector<ResponseExpect> responses;
  std::optional<NumberSet> interim;  // statuses 1xx before the response
  bool interim_never = false;        // not one of them
  bool rest_any = false;             // bytes behind the last response may be anything
  ConnectionExpect connection = ConnectionExpect::unstated;
  std::optional<std::string> version;
  Legality legal = Legality::any;
  std::optional<ReportExpect> report;  // client role, as what follows
  std::optional<NumberSet> requests;
  std::optional<RequestExpect> later;
  std::optional<RequestExpect> earlier;  // exchange steps: of the exchange before
  std::optional<NumberSet> open;         // exchange steps: connections that are open
};

enum class EchoExpect : std::uint8_t { unstated, all, optional };
enum class PongsExpect : std::uint8_t { unstated, all, last };
enum class TcpExpect : std::uint8_t { unstated, ended, fin, held };
enum class FenceUse : std::uint8_t { automatic, never };

// What the process of the implementation may use at most.
struct Limits {
  std::optional<std::uint64_t> memory;           // grown by, since the case began
  std::optional<std::uint64_t> memory_per;       // grown by, for each item more (see Growth)
  std::optional<int> cpu, descriptors, threads;  // percent of a core; more than before
  bool any() const { return memory || memory_per || cpu || descriptors || threads; }
};

// One expectation. Fields that are not stated demand nothing, but allow nothing either.
struct Expect {
  int line = 0;
  EchoExpect echo = EchoExpect::unstated;
  std::optional<std::vector<MessageExpect>> messages;
  bool messages_any = false;
  bool unasked_none = false;  // no message came on this connection that nobody asked for
  std::optional<Payload> pong;
  PongsExpect pongs = PongsExpect::unstated;
  bool nothing = false, alive = false, connected = false, failed = false, closed = false,
       refused = false;
  bool not_connected = false;  // client role: the answer was taken for HTTP
  std::optional<NumberSet> code;
  std::optional<Payload> reason;
  std::optional<std::string> sni;  // setup tls: the name the client asked for
  TcpExpect tcp = TcpExpect::unstated;
  std::optional<FramesExpect> frames;
  std::optional<bool> compressed, takeover;
  std::optional<int> window;
  std::optional<NumberSet> status;
  std::vector<HeaderExpect> headers;
  std::optional<int> responses;
  std::optional<Payload> body;
  std::optional<DeflateExpect> deflate;
  std::optional<RequestExpect> request;
  HttpExpect http;
  std::optional<Milliseconds> within;
  Limits limits;
  FenceUse fence = FenceUse::automatic;
  bool last = false;  // where it holds the case is over: further steps are left out
  std::vector<Expect> any;
  std::string text;  // one line for people
};

// One more exchange that an HTTP client is told to make.
struct Exchange {
  std::string method = "GET", target = "/", body;
  bool again = false;  // nothing new is told: one more request of the same exchange
};

struct Step {
  enum class Kind : std::uint8_t { send, expect, wait, call, exchange };
  Kind kind = Kind::send;
  int line = 0;
  Send send;
  Expect expect;
  std::vector<Expect> tolerate;
  Milliseconds wait{0};
  LibraryStep library;
  Exchange exchange;
};

}  // namespace conform
