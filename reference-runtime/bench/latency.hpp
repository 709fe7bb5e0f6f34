// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace osprey::bench {

// Counts of durations in buckets a thirty-second of an octave wide: quantiles are right within 3 %.
class Latency {
 public:
  void add(std::uint64_t nanoseconds) {
    ++counts_[index_of(nanoseconds)];
    ++total_;
  }

  // The duration in microseconds that the share `q` (0 to 1) of all stay under; 0 when there are
  // none.
  double quantile_us(double q) const;

 private:
  static constexpr unsigned kSubBits = 5;
  static std::size_t index_of(std::uint64_t value);
  static double middle_of(std::size_t index);

  std::array<std::uint64_t, std::size_t{64} << kSubBits> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace osprey::bench
