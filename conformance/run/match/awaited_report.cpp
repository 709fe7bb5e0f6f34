// SPDX-License-Identifier: Apache-2.0
#include "run/match/awaited_report.hpp"

namespace conform {

Outcome await_report(const Facts& facts) {
  if (!facts.http_client()) return Outcome::yes();
  if (facts.fetch == nullptr) return Outcome::no("no client program was started");
  if (facts.fetch->done) return Outcome::yes();
  if (!facts.seen.timeout) return Outcome::wait("the client's report");
  return Outcome::timeout(facts.fetch->several
                              ? "the client printed no report (it has to flush each line)"
                              : "the client's program did not end");
}

}  // namespace conform
