// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conform {

// Exit code by design: 0 good, 1 a failure or a stale known, 2 nothing ran, 3 the harness.
constexpr int exit_code_of(int failed_or_stale, int errors, int good_or_known) {
  if (failed_or_stale > 0) return 1;
  if (errors > 0) return 3;
  return good_or_known > 0 ? 0 : 2;
}

}  // namespace conform
