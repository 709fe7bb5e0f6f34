// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/outcome.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// Setup tls: the server name that the client asked for.
class Sni : public Clause {
 public:
  explicit Sni(std::string name) : Clause(kSniWord), name_(std::move(name)) {}
  Outcome match(const Facts&, const Expect&) const override { return Outcome::yes(); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

}  // namespace conform
