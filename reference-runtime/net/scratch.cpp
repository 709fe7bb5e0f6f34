// SPDX-License-Identifier: Apache-2.0
#include "net/scratch.hpp"

namespace osprey::net {
namespace {

constexpr std::size_t kKeptCapacity = std::size_t{1024} * 1024;

wire::Octets space_of(std::unique_ptr<std::uint8_t[]>& memory) {
  if (memory == nullptr) {
    memory = std::make_unique_for_overwrite<std::uint8_t[]>(kReadSize);
  }
  return {memory.get(), kReadSize};
}

}  // namespace

wire::Octets Scratch::in_space() {
  return space_of(in);
}

wire::Octets Scratch::plain_space() {
  return space_of(plain);
}

void Scratch::tidy() {
  if (out.capacity() > kKeptCapacity) {
    out.release();
  }
  if (cipher.capacity() > kKeptCapacity) {
    cipher.release();
  }
}

}  // namespace osprey::net
