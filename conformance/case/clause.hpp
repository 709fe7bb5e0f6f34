// SPDX-License-Identifier: Apache-2.0
// What a case may expect is made of clauses, one for each word. This is all that the readers of
// case files and the engine know of them; each word is a file of run/match/words.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "case/step.hpp"

namespace conform {

class Reading;
struct Expect;
struct Facts;
struct Outcome;
struct Tree;

// What a step waits for, the more telling ones first: so a wait in vain is named.
enum class Awaits : std::uint8_t {
  close,
  failure,
  refusal,
  echo,
  messages,
  pongs,
  tcp_end,
  life,
  report,
  connection,
  request,
  response,
  nothing
};

// When the fence goes that proves the order of things.
enum class FenceWish : std::uint8_t {
  any,       // some time later
  at_once,   // it is its answer that is awaited
  soon,      // once a peer has had time to end the connection
  with_ping  // at once behind what is awaited, and as a ping
};

// What the process of the implementation may use at most.
struct Limits {
  std::optional<std::uint64_t> memory;           // bytes grown by, since the case began
  std::optional<std::uint64_t> memory_per;       // bytes grown by, for each item more (see Growth)
  std::optional<int> cpu, descriptors, threads;  // percent of a core; more than before
  bool any() const { return memory || memory_per || cpu || descriptors || threads; }
};

// What has to be known of a clause before anything has come.
struct Traits {
  Awaits awaits = Awaits::nothing;
  FenceWish fence = FenceWish::any;
  bool no_fence = false;        // none may go
  bool is_end = false;          // the connection may have ended where it holds
  bool may_end = false;         // an end of the connection contradicts nothing
  bool may_close = false;       // nor does a Close
  bool goes_on = false;         // says that the connection serves on
  bool owed = false;            // the peer owes it without being asked again
  bool takes_messages = false;  // messages are its business
  bool any_message = false;     // it lets all of them pass
  bool by_echo = false;         // shows only where messages come back
  bool keeps_payloads = false;  // needs the bytes of messages, and holds them against its own
  bool keeps_tcp = false;       // the end of TCP is the peer's
  bool probes_deflate = false;  // needs to know how far back a message refers
  bool exact = false;           // setup http: nothing else may come, up to the fence's answer
  bool closes = false;          // setup http: the server may end the connection
  bool alone = false;           // its case runs with nothing beside it
};

// Which HTTP clients it is for: those of one exchange, those of several, or all.
enum class Exchanges : std::uint8_t { any, one, several };

struct ClauseWord;

class Clause {
 public:
  explicit Clause(const ClauseWord& origin) : origin_(&origin) {}
  virtual ~Clause() = default;
  Clause(const Clause&) = delete;
  Clause& operator=(const Clause&) = delete;

  // The word that an alternative states instead of this clause.
  std::string_view word() const;
  int rank() const;
  virtual Exchanges exchanges() const;
  // Holds it against what has come. `beside` is the whole expectation it stands in.
  virtual Outcome match(const Facts& facts, const Expect& beside) const = 0;
  virtual Traits traits() const { return {}; }
  virtual void limit(Limits&) const {}

 private:
  const ClauseWord* origin_;
};
using ClausePtr = std::shared_ptr<const Clause>;

// One word: how it is read, what the schema says of its value, and its line on the format page.
struct ClauseWord {
  std::string_view word;
  int rank;  // clauses are held against what came in this order; from kAfterwards on, only once
             // all before them hold
  void (*read)(Reading& in, const Tree& value, Expect& out);
  std::string (*schema)();               // JSON
  std::string_view needs = {};           // the word that has to stand beside it
  Exchanges exchanges = Exchanges::any;  // of an HTTP client
  std::string_view websocket = {};       // what it says, in Markdown; empty: not of this setup
  std::string_view http_server = {};
  std::string_view http_client = {};
  std::string_view http_kept = {};
};
inline constexpr int kAfterwards = 100;

inline std::string_view Clause::word() const {
  return origin_->word;
}
inline Exchanges Clause::exchanges() const {
  return origin_->exchanges;
}
inline int Clause::rank() const {
  return origin_->rank;
}

using Vocabulary = std::vector<const ClauseWord*>;

}  // namespace conform
