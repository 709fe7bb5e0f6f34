// SPDX-License-Identifier: Apache-2.0
// Autobahn's fuzzingclient.json and fuzzingserver.json, honoured as they are.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "case/case_set.hpp"

namespace conform::cli {

struct AutobahnSpec {
  struct Server {
    std::string agent, url, hostname;
  };
  std::string file, outdir, url, key, certificate;
  std::vector<Server> servers;
  std::vector<std::string> cases, excluded;
  std::vector<std::pair<std::string, std::vector<std::string>>> excluded_for;  // agent, cases
  std::vector<std::string> unused;  // keys that change nothing here, for a note
};

// Empty, or what is wrong with the file.
std::string read_autobahn_spec(const std::string& file, AutobahnSpec& spec);

// Autobahn's pattern: '*' stands for anything, and one with a '*' matches as a beginning ("1*" is
// 1.1.1, 10.1.1 and 12.1.1); one without stands for itself.
bool autobahn_matches(const std::string& pattern, const std::string& text);

// Numbers of the Autobahn cases that are asked for, of all agents or of one; empty when none is
// left.
std::vector<std::string> numbers_of(const AutobahnSpec& spec, const CaseSet& set);
std::vector<std::string> numbers_of(const AutobahnSpec& spec, const CaseSet& set,
                                    const std::string& agent);
// The spec names a case that Autobahn's list does not have; empty if it does not.
std::string unknown_number(const AutobahnSpec& spec, const CaseSet& set);

}  // namespace conform::cli
