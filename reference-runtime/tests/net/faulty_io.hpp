// SPDX-License-Identifier: Apache-2.0
// Makes one system call of the network layer fail.
#pragma once

#include <cstddef>

namespace osprey::test {

// Which calls count.
enum class Calls { all, accept, send };

// While it lives, the Nth call (from 1) through the seam fails with `error`, without having an
// effect (closing excepted).
class FailNthCall {
 public:
  FailNthCall(std::size_t n, int error, Calls counted = Calls::all);
  FailNthCall(const FailNthCall&) = delete;
  FailNthCall& operator=(const FailNthCall&) = delete;
  ~FailNthCall();

  // Whether there were that many calls.
  static bool reached();
};

}  // namespace osprey::test
