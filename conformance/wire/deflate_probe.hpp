// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "wire/octets.hpp"

namespace conform::wire {

// What zlib does not tell about a compressed message: how far it reaches back.
struct DeflateFacts {
  bool readable = true;
  std::uint32_t farthest = 0;                        // largest distance of a back reference
  bool reaches_before = false;                       // some reference starts in an earlier message
  std::uint32_t stored = 0, fixed = 0, dynamic = 0;  // blocks of each kind
  bool final_block = false;
};

// Reads one message's compressed payload (its tail stripped) and measures. Follows lengths only;
// the octets are the inflater's business.
DeflateFacts probe_deflate(OctetView compressed);

}  // namespace conform::wire
