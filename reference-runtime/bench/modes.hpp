// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "client.hpp"
#include "echo_frame.hpp"

namespace osprey::bench {

struct Settings {
  Target target;
  pid_t pid = 0;  // of the server; 0: its time and memory are not known
  std::size_t connections = 50;
  std::size_t size = 20;  // octets of a message
  std::size_t depth = 1;  // messages in flight on each connection
  Payload kind = Payload::ascii;
  double warm_up = 0.3;  // seconds, not counted
  double seconds = 2;
  bool json = false;  // one line for a program instead of one for people
};

// The modes of the program. Each prints its findings; the answer is the exit code. They throw
// LoadError.
int run_throughput(const Settings& settings);
int run_idle(const Settings& settings);
int run_soak(const Settings& settings);

}  // namespace osprey::bench
