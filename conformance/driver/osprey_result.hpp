// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

namespace driver {

// Result<Int, String> and Result<Success, String> as C has them: the tag, the value of a Success,
// the message of an Err in memory that whoever gets it free()s.
struct Result {
  std::int64_t tag;
  std::int64_t value;
  char* message;
};
static_assert(sizeof(Result) == 24 && offsetof(Result, value) == 8 &&
              offsetof(Result, message) == 16);

// The same as the public compiler makes it: a pointer to this, in memory of its own. The message of
// an Err may be NULL. Nobody says who frees it, so whoever gets it leaves it alone.
struct Block {
  std::int64_t value;
  std::int8_t disc;
  char* errmsg;
};
static_assert(sizeof(void*) != 8 || (sizeof(Block) == 24 && offsetof(Block, errmsg) == 16));
inline constexpr std::int64_t kSuccess = 0;
inline constexpr std::int64_t kErr = 1;

}  // namespace driver
