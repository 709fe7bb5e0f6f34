// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "http.hpp"
#include "options.hpp"

namespace sham {

struct Request {
  std::string method;
  std::string target;
  std::string version;
  Head head;
};

// Why a request is not upgraded.
struct Refusal {
  int status;
  std::string text;
};

// nullopt if the request line is malformed.
std::optional<Request> read_request(Head head);

// Runs every check of RFC 6455 §4.2.1 in order; nullopt = may be upgraded.
std::optional<Refusal> check_request(const Request& request, const Options& options);

// The path and the query of the target, whatever its form.
std::string path_of(const Request& request);
std::string query_of(const Request& request);

}  // namespace sham
