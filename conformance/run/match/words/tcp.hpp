// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

// How TCP ends.
class Tcp : public Clause {
 public:
  enum class How : std::uint8_t { ended, fin, held };
  explicit Tcp(How how) : Clause(kTcpWord), how_(how) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
  // Client role: so long after both Closes the end is left to the client.
  static constexpr Milliseconds kHeld{300};

 private:
  Outcome held(const Facts& facts) const;
  How how_;
};

}  // namespace conform
