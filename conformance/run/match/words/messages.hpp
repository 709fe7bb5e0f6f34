// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "case/expect.hpp"
#include "case/reading.hpp"

namespace conform {

struct MessageExpect {
  int opcode = 1;
  Payload payload;
};

// The messages that come, in their order. text: and binary: name one each.
class Messages : public Clause {
 public:
  explicit Messages(std::vector<MessageExpect> wanted);
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override;
  bool awaits(int opcode) const;
  const std::vector<MessageExpect>& wanted() const { return wanted_; }

 private:
  std::vector<MessageExpect> wanted_;
};

// One more message of the expectation.
void add_message(Reading& in, const Tree& payload, int opcode, Expect& out);

}  // namespace conform
