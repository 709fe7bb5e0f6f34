// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>

namespace osprey::bench {

// What /proc tells about the server under load. A pid of 0 stands for "not given": nothing is known
// then.
class ServerProcess {
 public:
  explicit ServerProcess(pid_t pid) : pid_(pid) {}

  // Seconds of user and system time of all its threads, in steps of a clock tick.
  std::optional<double> cpu_seconds() const;

  // Resident memory in octets.
  std::optional<double> resident() const;

 private:
  pid_t pid_;
};

}  // namespace osprey::bench
