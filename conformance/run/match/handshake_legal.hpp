// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "run/match/outcome.hpp"
#include "wire/http.hpp"

namespace conform {

// Is this 101 what RFC 6455 §4.2.2 asks for, given the client's key?
Outcome valid_switch(const wire::HttpHead& head, const std::string& key);
// Is this a legal opening handshake by RFC 6455 §4.1?
Outcome legal_request(const wire::HttpHead& head);
// The target of a request line; empty where it is none.
std::string target_of(const std::string& line);

}  // namespace conform
