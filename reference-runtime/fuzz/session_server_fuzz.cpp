// SPDX-License-Identifier: Apache-2.0
#include "session_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  osprey::wire::fuzz::fuzz_session(osprey::wire::Role::server, data, size);
  return 0;
}
