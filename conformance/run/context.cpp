// SPDX-License-Identifier: Apache-2.0
#include "run/context.hpp"

#include "case/reading.hpp"

namespace conform {

std::uint64_t RunContext::message_limit() const {
  const auto declared = runtime.feature_value("limit:message");
  return declared ? parse_size(*declared).value_or(0) : 0;
}

}  // namespace conform
