// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace conform {

// A header that a server demands of every request: Authorization, Cookie, Origin and their like.
struct SetupHeader {
  std::string name, value;
};

// An empty string, or why the header cannot be sent or is not the user's to set.
std::string check_setup_header(const SetupHeader& header);
// "Name: value" as on a command line; an empty string, or what is wrong with it.
std::string read_setup_header(const std::string& line, SetupHeader& out);
// Whether two header names are the same, without case.
bool same_header(const std::string& one, const std::string& other);
bool has_header(const std::vector<SetupHeader>& headers, const std::string& name);

}  // namespace conform
