// SPDX-License-Identifier: Apache-2.0
// One n-th of a run, the same one everywhere; the engine that spreads the shards is the CI
// system's.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

namespace conform::cli {

struct Shard {
  std::size_t index = 1, count = 1;  // 1-based
  bool whole() const { return count == 1; }
  std::string text() const { return std::to_string(index) + "/" + std::to_string(count); }
  // Does the case at this place of the whole belong to it?
  bool has(std::size_t place) const { return place % count == index - 1; }
};

using Environment = std::function<const char*(const char*)>;

// "2/4", or "auto": what the CI system says of this job. Empty, or what is wrong with it.
std::string read_shard(const std::string& text, const Environment& environment, Shard& shard);

// What the CI system calls the run that this job belongs to; empty outside of one.
std::string ci_job(const Environment& environment);

}  // namespace conform::cli
