// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "case/call.hpp"
#include "run/connection/payload_maker.hpp"

namespace conform {

// Octets as the driver protocol has them: a string if they are UTF-8, else {"base64": "…"}.
nlohmann::json json_of(const wire::Octets& octets);
// nullopt when it is neither.
std::optional<wire::Octets> octets_of(const nlohmann::json& json);

// What one call of a library function came to.
struct CallAnswer {
  std::string skipped, errored;
  bool success = false;
  nlohmann::json value;
  std::string message;
  bool no_message = false;          // an Err of a kind that need not have one
  std::optional<std::int64_t> raw;  // editions that answer numbers
};

// All answers of a line, one for each thread; an empty string, or what is wrong with the line.
std::string read_answers(const nlohmann::json& line, std::vector<CallAnswer>& out);
std::string describe(const std::vector<CallAnswer>& answers);

// What expectations are held against.
struct AnswerFacts {
  const PayloadMaker& payloads;
  std::function<std::string(const std::string&)> fill;  // placeholders
  bool numbers = false;                                 // the edition answers numbers, not messages
  bool table = false;                                   // the runtime follows the code table
};

// An empty string, or why the answers are not what was expected.
std::string mismatch(const AnswerExpect& expect, const std::vector<CallAnswer>& answers,
                     const AnswerFacts& facts);
std::string mismatch(const TextExpect& expect, const std::string& text, const AnswerFacts& facts);

// A case's argument as the driver gets it: payloads become strings, numbers numbers.
nlohmann::json argument_of(const Tree& tree, const AnswerFacts& facts);

}  // namespace conform
