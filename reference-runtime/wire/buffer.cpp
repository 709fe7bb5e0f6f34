// SPDX-License-Identifier: Apache-2.0
#include "wire/buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace osprey::wire {

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      head_(std::exchange(other.head_, 0)),
      tail_(std::exchange(other.tail_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    head_ = std::exchange(other.head_, 0);
    tail_ = std::exchange(other.tail_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

void Buffer::append(ConstOctets octets) {
  if (!octets.empty()) {
    std::memcpy(extend(octets.size()), octets.data(), octets.size());
  }
}

void Buffer::release() noexcept {
  std::free(data_);
  data_ = nullptr;
  head_ = tail_ = capacity_ = 0;
}

void Buffer::make_room(std::size_t n) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / 4;
  constexpr std::size_t kLeast = 256;
  const std::size_t used = size();
  if (n > kMost || used > kMost) {
    throw std::bad_alloc();
  }
  // Moving to the front is enough when at least half of the memory is free after it: amortised
  // constant.
  if (used + n <= capacity_ / 2) {
    std::memmove(data_, data_ + head_, used);
  } else {
    const std::size_t wanted = std::max({kLeast, used + n, capacity_ + capacity_ / 2});
    auto* const grown = static_cast<std::uint8_t*>(std::malloc(wanted));
    if (grown == nullptr) {
      throw std::bad_alloc();
    }
    if (used != 0) {
      std::memcpy(grown, data_ + head_, used);
    }
    std::free(data_);
    data_ = grown;
    capacity_ = wanted;
  }
  head_ = 0;
  tail_ = used;
}

}  // namespace osprey::wire
