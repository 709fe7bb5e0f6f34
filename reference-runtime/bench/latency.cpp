// SPDX-License-Identifier: Apache-2.0
#include "latency.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace osprey::bench {

std::size_t Latency::index_of(std::uint64_t value) {
  constexpr std::uint64_t kSubBuckets = std::uint64_t{1} << kSubBits;
  if (value < kSubBuckets) return static_cast<std::size_t>(value);
  const auto octave = static_cast<unsigned>(std::bit_width(value)) - 1 - kSubBits;
  return static_cast<std::size_t>((octave + 1) * kSubBuckets + (value >> octave) - kSubBuckets);
}

double Latency::middle_of(std::size_t index) {
  constexpr std::size_t kSubBuckets = std::size_t{1} << kSubBits;
  if (index < kSubBuckets) return static_cast<double>(index);
  const auto octave = static_cast<int>(index / kSubBuckets) - 1;
  return std::ldexp(static_cast<double>(index % kSubBuckets + kSubBuckets) + 0.5, octave);
}

double Latency::quantile_us(double q) const {
  if (total_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return middle_of(i) / 1000;
  }
  return 0;
}

}  // namespace osprey::bench
