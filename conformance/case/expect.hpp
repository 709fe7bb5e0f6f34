// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "case/call.hpp"
#include "case/clause.hpp"
#include "case/step.hpp"

namespace conform {

// One expectation. What no clause states is not demanded, but not allowed either.
struct Expect {
  int line = 0;
  std::vector<ClausePtr> clauses;  // in the order of their ranks, no word twice
  std::vector<Expect> any;         // one of these has to hold too, with the clauses beside it
  std::string text;                // one line for people
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
  bool until_still = false;  // wait: still
  LibraryStep library;
  Exchange exchange;
};

}  // namespace conform
