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

struct HeaderExpect {
  std::string name;
  bool absent = false, present = false;
  std::optional<std::string> equals, contains, lacks;
  std::optional<std::string> includes,
      excludes;  // text anywhere in the value; an absent header is empty
  std::vector<std::string> one_of;
  bool one_of_absent = false;
  std::optional<int> count;
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

struct RequestExpect {
  std::optional<std::string> method, version;
  std::vector<std::string> targets;  // any of them; placeholders not yet filled in
  std::vector<HeaderExpect> headers;
  bool key_valid = false, key_fresh = false, legal = false, rest_none = false;
  std::optional<Payload> body;  // library role: of an HTTP request
};

enum class EchoExpect : std::uint8_t { unstated, all, optional };
enum class PongsExpect : std::uint8_t { unstated, all, last };
enum class TcpExpect : std::uint8_t { unstated, ended, fin, held };
enum class FenceUse : std::uint8_t { automatic, never };

// One expectation. Fields that are not stated demand nothing, but allow nothing either.
struct Expect {
  int line = 0;
  EchoExpect echo = EchoExpect::unstated;
  std::optional<std::vector<MessageExpect>> messages;
  bool messages_any = false;
  std::optional<Payload> pong;
  PongsExpect pongs = PongsExpect::unstated;
  bool nothing = false, alive = false, connected = false, failed = false, closed = false,
       refused = false;
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
  std::optional<Milliseconds> within;
  std::optional<std::uint64_t> memory;
  std::optional<int> cpu, descriptors, threads;
  FenceUse fence = FenceUse::automatic;
  std::vector<Expect> any;
  std::string text;  // one line for people
};

struct Step {
  enum class Kind : std::uint8_t { send, expect, wait, call };
  Kind kind = Kind::send;
  int line = 0;
  Send send;
  Expect expect;
  std::vector<Expect> tolerate;
  Milliseconds wait{0};
  LibraryStep library;
};

}  // namespace conform
