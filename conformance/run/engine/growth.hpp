// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace conform {

// Whether memory grows with the load without end. The load comes in rounds, each three times as
// large as the one before. Garbage that is not collected yet, pools and buffers stop growing at
// some round; what keeps something of every item does not.
class Growth {
 public:
  // So many items went out in the round, and so much memory is the most that was used until now.
  void add(std::uint64_t items, std::uint64_t bytes);
  bool begun() const { return !rounds_.empty(); }
  // How many times the load of the first round the next one has.
  std::uint64_t next_factor() const { return next_factor_; }
  // Whether another round would tell more; `per` = bytes an item may take.
  bool undecided(std::uint64_t per) const;
  // In words; empty = it stopped growing.
  std::string trouble(std::uint64_t per) const;

 private:
  struct Round {
    std::uint64_t items, bytes;
  };
  std::uint64_t grown(std::size_t round) const;
  std::uint64_t in_all() const;
  bool grew(std::size_t round, std::uint64_t per) const;

  std::vector<Round> rounds_;
  std::uint64_t next_factor_ = 1;
};

}  // namespace conform
