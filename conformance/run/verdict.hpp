// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
};

// What stands at the head of a results file.
struct RunHeader {
  std::string runtime, about, file, target, version, machine, started, case_set, profile;
  std::vector<std::string> roles, selection;
  std::uint64_t seed = 0;
  std::size_t cases = 0;
  int jobs = 0;
};

}  // namespace conform
