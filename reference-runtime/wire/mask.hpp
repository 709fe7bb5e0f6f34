// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "wire/buffer.hpp"
#include "wire/simd.hpp"

namespace osprey::wire {

// A masking key as the four octets of the wire, in their order (RFC 6455 §5.3).
using MaskKey = std::array<std::uint8_t, 4>;

// The key as it must be applied to octets that begin `offset` octets into the payload.
[[nodiscard]] inline MaskKey rotated(const MaskKey& key, std::uint64_t offset) noexcept {
  const auto shift = static_cast<unsigned>(offset & 3U);
  return {key[shift & 3U], key[(shift + 1U) & 3U], key[(shift + 2U) & 3U], key[(shift + 3U) & 3U]};
}

// Masks or unmasks in place. Returns true when all octets of the result are ASCII.
bool apply_mask(Octets octets, const MaskKey& key) noexcept;
// The same for short payloads, to which it costs less.
inline bool apply_mask_to_short(Octets octets, const MaskKey& key) noexcept {
  std::uint32_t word = 0;
  std::memcpy(&word, key.data(), sizeof word);
  return (simd::xor_baseline(octets.data(), octets.data(), octets.size(), word) & 0x80U) == 0;
}

// The same from `from` to `to`, which do not overlap; `to` has room for from.size() octets.
bool copy_masked(std::uint8_t* to, ConstOctets from, const MaskKey& key) noexcept;

// A fresh, unpredictable key, from OpenSSL's generator by way of a per-thread pool; nothing if that
// generator fails.
[[nodiscard]] std::optional<MaskKey> fresh_mask_key() noexcept;

}  // namespace osprey::wire
