// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace osprey::wire {

using Octets = std::span<std::uint8_t>;
using ConstOctets = std::span<const std::uint8_t>;

[[nodiscard]] inline ConstOctets octets_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view text_of(ConstOctets octets) noexcept {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

// A growing octet buffer: appended at the back, consumed from the front. Owns its memory, holds
// none when new or released. New octets are not zeroed. Growth is geometric. Throws std::bad_alloc,
// also for sizes that overflow. Not thread-safe.
class Buffer {
 public:
  Buffer() noexcept = default;
  ~Buffer() { release(); }
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  [[nodiscard]] std::uint8_t* data() noexcept { return data_ + head_; }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return data_ + head_; }
  [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }
  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] Octets octets() noexcept { return {data(), size()}; }
  [[nodiscard]] ConstOctets octets() const noexcept { return {data(), size()}; }

  // Adds n octets of any content at the back; the pointer to the first is good until the next
  // growth.
  std::uint8_t* extend(std::size_t n) {
    if (n > capacity_ - tail_) {
      make_room(n);
    }
    std::uint8_t* const at = data_ + tail_;
    tail_ += n;
    return at;
  }
  void append(ConstOctets octets);
  void append(std::string_view text) { append(octets_of(text)); }
  void append(std::uint8_t octet) { *extend(1) = octet; }

  // Room for n more octets without another allocation.
  void reserve(std::size_t n) {
    if (n > capacity_ - tail_) {
      make_room(n);
    }
  }
  // Drops octets at the back until `size` are left. size <= size().
  void truncate(std::size_t size) noexcept { tail_ = head_ + size; }
  // Drops n octets at the front. n <= size().
  void consume(std::size_t n) noexcept {
    head_ += n;
    if (head_ == tail_) {
      clear();
    }
  }
  void clear() noexcept { head_ = tail_ = 0; }  // keeps the memory
  void release() noexcept;                      // gives the memory back

 private:
  void make_room(std::size_t n);

  std::uint8_t* data_ = nullptr;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace osprey::wire
