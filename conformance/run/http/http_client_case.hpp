// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "run/match/facts.hpp"
#include "run/result/verdict.hpp"
#include "subject/process.hpp"

namespace conform {

// A case of an HTTP client, with the client's program started for it.
class HttpClientCase {
 public:
  HttpClientCase() = default;
  HttpClientCase(const HttpClientCase&) = delete;
  HttpClientCase& operator=(const HttpClientCase&) = delete;
  virtual ~HttpClientCase() = default;
  // An empty string, or why the client cannot be started.
  virtual std::string start() = 0;
  // Looks after the client's program; true when the case is decided.
  virtual bool settled() = 0;
  virtual Result& result() = 0;
  // For the look before the run: what it did so far, what it was told, its program.
  virtual const FetchFacts& done() const = 0;
  // Some bytes of a request came that never came to its end.
  virtual bool inside_request() = 0;
  virtual std::string told() const = 0;
  virtual Process& program() = 0;
  virtual std::string printed() = 0;
  virtual const Case& what() const = 0;
};

}  // namespace conform
