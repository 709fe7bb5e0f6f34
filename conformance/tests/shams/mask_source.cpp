// SPDX-License-Identifier: Apache-2.0
#include "mask_source.hpp"

#include "accept_key.hpp"
#include "fault.hpp"
#include "text.hpp"

namespace sham {
namespace {

constexpr std::size_t kPoolSize = 4096;
constexpr std::uint32_t kFixedSeed = 20111211;

MaskKey from_number(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

std::uint32_t to_number(const MaskKey& key) {
  return static_cast<std::uint32_t>(key[0]) << 24 | static_cast<std::uint32_t>(key[1]) << 16 |
         static_cast<std::uint32_t>(key[2]) << 8 | key[3];
}

std::uint32_t congruential(std::uint32_t state) {
  return static_cast<std::uint32_t>(std::uint64_t{1664525} * state + 1013904223U);
}

}  // namespace

MaskSource::MaskSource()
    : connection_key_(draw()),
      state_(fault(Fault::mask_key_same_sequence) ? kFixedSeed : to_number(connection_key_)) {}

MaskKey MaskSource::draw() {
  if (pool_.size() < 4) {
    pool_ = random_octets(kPoolSize);
  }
  MaskKey key{};
  for (std::uint8_t& key_octet : key) {
    key_octet = octet(pool_.back());
    pool_.pop_back();
  }
  return key;
}

MaskKey MaskSource::next() {
  if (fault(Fault::mask_key_zero)) {
    return {};
  }
  if (fault(Fault::mask_key_constant)) {
    return {0x37, 0xfa, 0x21, 0x3d};
  }
  if (fault(Fault::mask_key_per_connection)) {
    return connection_key_;
  }
  if (fault(Fault::mask_key_counter)) {
    return from_number(static_cast<std::uint32_t>(std::uint64_t{state_++} & 0xffffffffU));
  }
  if (fault(Fault::mask_key_congruential) || fault(Fault::mask_key_same_sequence)) {
    state_ = congruential(state_);
    return from_number(state_);
  }
  MaskKey key = draw();
  if (fault(Fault::mask_key_one_octet)) {
    key = {key[0], key[0], key[0], key[0]};
  }
  if (fault(Fault::mask_key_low_bits)) {
    key[0] = 0;
    key[1] = 0;
  }
  return key;
}

}  // namespace sham
