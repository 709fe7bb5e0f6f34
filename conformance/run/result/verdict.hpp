// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "run/result/reason.hpp"

namespace conform {

enum class Verdict : std::uint8_t { pass, lenient, fail, skip, error, known, stale };

constexpr std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::lenient:
      return "lenient";
    case Verdict::fail:
      return "fail";
    case Verdict::skip:
      return "skip";
    case Verdict::error:
      return "error";
    case Verdict::known:
      return "known";
    case Verdict::stale:
      return "stale";
  }
  return "error";
}

// From good to bad, where several verdicts come to one: those of connections, of passes, of cases
// that stand for one number.
inline constexpr Verdict kFromGoodToBad[] = {Verdict::pass,  Verdict::skip,  Verdict::lenient,
                                             Verdict::known, Verdict::stale, Verdict::error,
                                             Verdict::fail};
constexpr bool worse(std::string_view one, std::string_view than) {
  bool found = false;
  for (const Verdict verdict : kFromGoodToBad) {
    if (found && name_of(verdict) == one) return true;
    found = found || name_of(verdict) == than;
  }
  return false;
}
constexpr bool worse(Verdict one, Verdict than) {
  return worse(name_of(one), name_of(than));
}

// Some octets on the connection; long ones are cut, `size` is what really went.
struct OctetsAt {
  bool sent = false;
  double ms = 0;  // since the case began
  std::string octets;
  std::uint64_t size = 0;
};

// What became of one case in one role: all that any view of the results needs.
struct Result {
  std::string id, role, spec, title, level, rule, file;
  std::string note;  // of the case: why the verdict is as it is
  int line = 0;
  std::vector<std::string> covers, autobahn;
  std::vector<int> bugs;
  Verdict verdict = Verdict::error;
  std::string why;       // in one line, also for skip, known and error
  std::string expected;  // as the case says it
  std::string seen;
  std::string log;  // tail of the runtime's log after a crash
  std::vector<OctetsAt> octets;
  double ms = 0;
  bool crashed = false;
  bool timed_out = false;
  std::string probed{};           // told by a probe only: the kind of what did not come
  int close_code = 0;             // of the runtime's Close, 0 = none came
  std::string known_entry;        // the declared deviation that excuses it, as it is written there
  std::string known_until;        // its last day
  std::vector<Verdict> passes{};  // with --repeat: the verdict of each pass
  bool flaky = false;             // some of them failed and some did not
};

inline Reason reason_of(const Result& result) {
  return {result.timed_out ? Reason::Kind::timeout
          : result.crashed ? Reason::Kind::crashed
                           : Reason::Kind::stated,
          result.why};
}

constexpr bool is_bad(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::error || verdict == Verdict::stale;
}

// Of a library: what of it was found before the first case.
struct LibraryHead {
  struct Shape {
    std::string key, is, from, why;  // why: it could not be found out
  };
  struct Functions {
    std::string edition;
    std::size_t all = 0;               // functions of the text
    std::vector<std::string> missing;  // as the library would name them
  };
  std::vector<std::string> editions;
  std::vector<Shape> shapes;
  std::vector<Functions> functions;
  std::vector<std::pair<std::string, std::string>>
      near;  // a missing name, and one that is nearly it
};

// What stands at the head of a results file.
struct RunHeader {
  std::string runtime, about, file, target, version, machine, started, case_set, profile;
  std::vector<std::string> roles, selection;
  std::vector<std::string> speaks;  // as the command line says it
  std::vector<std::string> notes;   // what was found out about the runtime before the first case
  std::uint64_t seed = 0;
  std::size_t cases = 0;
  int jobs = 0;
  int repeat = 1;
  std::string shard;      // "2/4", empty = the whole
  std::size_t whole = 0;  // cases of all shards together
  std::optional<LibraryHead> library;
  std::string job;  // what the CI system calls the run, so that shards of two are not mixed
};

}  // namespace conform
