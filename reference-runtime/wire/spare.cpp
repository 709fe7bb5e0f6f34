// SPDX-License-Identifier: Apache-2.0
#include "wire/spare.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace osprey::wire {
namespace {

constexpr std::size_t kKeptCapacity = std::size_t{512} * 1024;

// Two: a message being handled and the compressed form of its answer.
thread_local std::array<Buffer, 2> spares;

}  // namespace

Buffer borrow_spare() noexcept {
  for (Buffer& spare : spares) {
    if (spare.capacity() != 0) {
      return std::move(spare);
    }
  }
  return {};
}

void return_spare(Buffer buffer) noexcept {
  if (buffer.capacity() == 0 || buffer.capacity() > kKeptCapacity) {
    return;
  }
  buffer.clear();
  for (Buffer& spare : spares) {
    if (spare.capacity() == 0) {
      spare = std::move(buffer);
      return;
    }
  }
}

}  // namespace osprey::wire
