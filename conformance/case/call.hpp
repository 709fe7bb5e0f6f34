// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "case/payload.hpp"
#include "case/tree.hpp"

namespace conform {

// Text as a call's answer or a handler's argument must be. Placeholders are not filled in yet.
struct TextExpect {
  std::optional<Payload> equals;
  std::vector<std::string> includes, excludes;
  std::string text;  // as written, for people
};

// What one answer of the library must be.
struct AnswerExpect {
  std::optional<bool> success;        // tag: Success | Error
  std::optional<Tree> value;          // `id` (a whole number above zero), a scalar, or a map
  std::optional<std::int64_t> count;  // the value, in editions that count
  std::optional<std::int64_t> code;   // edition osprey-int: the number answered
  std::optional<std::int64_t> table;  // the same, if the runtime declares osprey-codes
  std::optional<TextExpect> message;  // editions with messages
  std::optional<int> successes;       // of several threads: so many, all others an Error
  bool distinct = false;              // of several threads: no value twice
  std::vector<std::string> unlike;    // values it must not be
  std::string text;
};

// One call of a library function.
struct Call {
  std::string function;
  std::vector<std::pair<std::string, Tree>> arguments;
  int threads = 1;
  std::string begin;  // the answer is waited for by an `answer` step of this name
};

// What a handler of the library was given.
struct EventExpect {
  bool none = false;  // no event is left
  std::optional<std::string> kind;
  std::vector<std::pair<std::string, TextExpect>> fields;
  std::string text;
};

enum class PortState : std::uint8_t { refused, accepts, free, unused, unasked, knocked };

// What a library may have more of after the last round than after the first.
struct MeasureExpect {
  std::optional<std::uint64_t> memory;
  std::optional<int> descriptors, threads;
};

// What the system denies the library's process.
enum class Denied : std::uint8_t { bind, listen, options, nothing };

// How often the last call has tried to bind.
struct BindsExpect {
  int least = 0;  // waited for
  std::optional<int> most;
  bool growing = false;  // the pauses between the attempts
};

// What a step of a library case says beside send, expect and wait.
struct LibraryStep {
  enum class Kind : std::uint8_t {
    none,
    call,
    answer,
    event,
    port,
    release,
    starve,
    measure,
    deny,
    binds,
    offers
  };
  Kind kind = Kind::none;
  Call call;
  std::string name;  // answer: of which call; release: of which port; offers: of which function
  std::vector<std::pair<std::string, std::string>> keep;  // name, field of the answer
  std::optional<AnswerExpect> expect;
  std::vector<AnswerExpect> tolerate;
  EventExpect event;
  std::vector<std::pair<std::string, PortState>> ports;
  bool starve = false;
  MeasureExpect measure;
  Denied deny = Denied::nothing;
  BindsExpect binds;
  std::string on;  // send, expect: the connection's name
  std::string to;  // its port; a placeholder
};

}  // namespace conform
